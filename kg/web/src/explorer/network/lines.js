// Lines between nodes, drawn by WebGL, with or without a head: programs for sigma.
//
// Without instances, unlike sigma's own programs: a software renderer takes a millisecond for each instance.
import { EdgeProgram } from "sigma/rendering";
import { floatColor } from "sigma/utils";

// A corner stands off an end of the line: along it and beside it, in pixels, and out of the node's radius.
const VERTEX = `
attribute vec2 a_end;
attribute vec2 a_direction;
attribute vec4 a_corner;
attribute vec4 a_color;
uniform mat3 u_matrix;
uniform float u_sizeRatio;
uniform float u_correctionRatio;
varying vec4 v_color;
varying float v_beside;
varying float v_half;

void main() {
  float pixel = u_correctionRatio * 2.0;
  float along = a_corner.x * pixel + a_corner.z * pixel / u_sizeRatio;
  vec2 normal = vec2(-a_direction.y, a_direction.x);
  vec2 place = a_end - a_direction * along + normal * a_corner.y * pixel;
  gl_Position = vec4((u_matrix * vec3(place, 1)).xy, 0, 1);
  v_beside = a_corner.y;
  v_half = a_corner.w;
  v_color = a_color;
  v_color.a *= 255.0 / 254.0;
}`;

const FRAGMENT = `
precision mediump float;
varying vec4 v_color;
varying float v_beside;
varying float v_half;

void main() {
  gl_FragColor = v_color * clamp(v_half + 0.5 - abs(v_beside), 0.0, 1.0);
}`;

/** A corner far within its shape, which therefore has no soft rim. */
const SOLID = 1000;

export class Lines extends EdgeProgram {
  static corners = 6;

  getDefinition() {
    const { FLOAT, UNSIGNED_BYTE, TRIANGLES } = WebGLRenderingContext;
    return {
      VERTICES: this.constructor.corners,
      VERTEX_SHADER_SOURCE: VERTEX,
      FRAGMENT_SHADER_SOURCE: FRAGMENT,
      METHOD: TRIANGLES,
      UNIFORMS: ["u_matrix", "u_sizeRatio", "u_correctionRatio"],
      ATTRIBUTES: [
        { name: "a_end", size: 2, type: FLOAT },
        { name: "a_direction", size: 2, type: FLOAT },
        { name: "a_corner", size: 4, type: FLOAT },
        { name: "a_color", size: 4, type: UNSIGNED_BYTE, normalized: true },
      ],
    };
  }

  processVisibleItem(id, start, source, target, { size, color }) {
    const length = Math.hypot(target.x - source.x, target.y - source.y) || 1;
    const direction = [(target.x - source.x) / length, (target.y - source.y) / length];
    const colour = floatColor(color);
    for (const [end, along, beside, radius, half] of this.shape(source, target, size)) {
      this.array.set([end.x, end.y, ...direction, along, beside, radius, half, colour], start);
      start += 9;
    }
  }

  /** The corners of a line: the end that each stands off, and how far. */
  shape(source, target, size) {
    const half = size / 2;
    const out = half + 0.5;
    const corner = (end, beside) => [end, 0, beside, 0, half];
    const [a, b, c, d] = [
      corner(source, out),
      corner(source, -out),
      corner(target, out),
      corner(target, -out),
    ];
    return [a, b, c, c, b, d];
  }

  setUniforms({ matrix, sizeRatio, correctionRatio }, { gl, uniformLocations: at }) {
    gl.uniformMatrix3fv(at.u_matrix, false, matrix);
    gl.uniform1f(at.u_sizeRatio, sizeRatio);
    gl.uniform1f(at.u_correctionRatio, correctionRatio);
  }
}

/** Lines with a head at the rim of their target. */
export class Arrows extends Lines {
  static corners = 9;

  shape(source, target, size) {
    const [long, wide] = [5 + 2 * size, 2 + size];
    const corner = (along, beside) => [target, along, beside, target.size, SOLID];
    return [...super.shape(source, target, size), corner(0, 0), corner(long, wide), corner(long, -wide)];
  }
}
