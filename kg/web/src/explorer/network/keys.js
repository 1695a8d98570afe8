// What keys do on the network page.

/** Take a key press; the arrows, the zoom and the menu are for when the picture has the focus. */
export function press(page, event) {
  const { canvas, session } = page;
  const typing = event.target.closest?.("input, select, textarea");
  const control = event.ctrlKey || event.metaKey;
  if (control && event.key.toLowerCase() === "z" && !typing) page.walk(event.shiftKey ? "redo" : "undo");
  else if (control && event.key.toLowerCase() === "y" && !typing) page.walk("redo");
  else if (control || event.altKey) return;
  else if (event.key === "Escape" && page.pathFrom) page.endPath(null);
  else if (event.key === "Escape" && !typing && session.chosen.length) page.choose([], false);
  else if (event.target !== page.stage) return;
  else if (event.key === "+" || event.key === "=") canvas.zoom(1.3);
  else if (event.key === "-") canvas.zoom(1 / 1.3);
  else if (event.key === "0") canvas.fit();
  else if (event.key === "ArrowLeft") canvas.pan(-1, 0);
  else if (event.key === "ArrowRight") canvas.pan(1, 0);
  else if (event.key === "ArrowUp") canvas.pan(0, -1);
  else if (event.key === "ArrowDown") canvas.pan(0, 1);
  else if (["m", "ContextMenu"].includes(event.key) && session.chosen.length === 1) page.menuAtChosen();
  else return;
  event.preventDefault();
}
