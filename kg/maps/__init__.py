"""Related-work maps: what belongs together, what differs and what is missing among papers."""

from __future__ import annotations

from kg.maps.build import make_map
from kg.maps.exports import write_map
from kg.maps.options import RELATION_WEIGHTS, MapOptions
from kg.maps.records import RelatedWorkMap

__all__ = ["RELATION_WEIGHTS", "MapOptions", "RelatedWorkMap", "make_map", "write_map"]
