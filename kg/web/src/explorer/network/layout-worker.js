// The layout, in a worker.
