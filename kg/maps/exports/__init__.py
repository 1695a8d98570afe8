"""Related-work maps in the formats that people write with."""

from kg.maps.exports.write import FORMATS, MapFormat, map_format, map_targets, write_map

__all__ = ["FORMATS", "MapFormat", "map_format", "map_targets", "write_map"]
