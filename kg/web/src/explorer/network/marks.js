// Nodes in the shapes of their types, drawn by WebGL: a program for sigma.
import { NodeProgram } from "sigma/rendering";
import { floatColor } from "sigma/utils";

/** The shapes of TYPES, by their number in the shader. */
export const SHAPES = ["dot", "square", "hexagon", "triangle", "diamond", "star", "triangleDown"];

// Each shape as the distance from its outline, in a box from -1 to 1; negative inside.
const FRAGMENT = `
precision highp float;
varying vec4 v_color;
varying vec2 v_place;
varying float v_radius;
varying float v_shape;
uniform float u_correctionRatio;
uniform vec3 u_ground;

float triangle(vec2 p) {
  float y = p.y + 0.25;
  return max(-y, abs(p.x) * 0.866 + y * 0.5) - 0.57;
}

float star(vec2 p) {
  float sector = 1.25664;
  float turn = abs(mod(atan(p.x, p.y) + sector / 2.0, sector) - sector / 2.0);
  vec2 q = length(p) * vec2(cos(turn), sin(turn));
  vec2 tip = vec2(0.98, 0.0);
  vec2 side = 0.43 * vec2(0.809, 0.588) - tip;
  return dot(q - tip, normalize(vec2(side.y, -side.x)));
}

float outline(vec2 p) {
  vec2 q = abs(p);
  if (v_shape < 0.5) return length(p) - 0.875;
  if (v_shape < 1.5) return max(q.x, q.y) - 0.75;
  if (v_shape < 2.5) return max(q.x * 0.866 + q.y * 0.5, q.y) - 0.866;
  if (v_shape < 3.5) return triangle(p);
  if (v_shape < 4.5) return (q.x + q.y) * 0.7071 - 0.7071;
  if (v_shape < 5.5) return star(p);
  return triangle(vec2(p.x, -p.y));
}

void main() {
  float pixel = u_correctionRatio * 2.0;
  float off = outline(v_place / v_radius) * v_radius;
  #ifdef PICKING_MODE
  gl_FragColor = off > 0.0 ? vec4(0.0) : v_color;
  #else
  float rim = smoothstep(-0.5 * pixel, 0.5 * pixel, off);
  float seen = 1.0 - smoothstep(0.7 * pixel, 1.5 * pixel, off);
  gl_FragColor = vec4(mix(v_color.rgb, u_ground, rim), 1.0) * seen;
  #endif
}`;

const VERTEX = `
attribute vec4 a_id;
attribute vec4 a_color;
attribute vec2 a_position;
attribute float a_size;
attribute float a_shape;
attribute float a_angle;
uniform mat3 u_matrix;
uniform float u_sizeRatio;
uniform float u_correctionRatio;
varying vec4 v_color;
varying vec2 v_place;
varying float v_radius;
varying float v_shape;

void main() {
  v_radius = a_size * u_correctionRatio / u_sizeRatio * 2.0;
  v_place = v_radius * 2.7 * vec2(cos(a_angle), sin(a_angle));
  v_shape = a_shape;
  gl_Position = vec4((u_matrix * vec3(a_position + v_place, 1)).xy, 0, 1);
  #ifdef PICKING_MODE
  v_color = a_id;
  #else
  v_color = a_color;
  #endif
  v_color.a *= 255.0 / 254.0;
}`;

const ANGLES = [0, (2 * Math.PI) / 3, (4 * Math.PI) / 3];

// Without instances, unlike sigma's own programs: a software renderer takes a millisecond for each instance.
export class Marks extends NodeProgram {
  /** What lies behind the nodes, as red, green and blue from 0 to 1: each has a rim of it. */
  static ground = [1, 1, 1];

  getDefinition() {
    const { FLOAT, UNSIGNED_BYTE, TRIANGLES } = WebGLRenderingContext;
    return {
      VERTICES: 3,
      VERTEX_SHADER_SOURCE: VERTEX,
      FRAGMENT_SHADER_SOURCE: FRAGMENT,
      METHOD: TRIANGLES,
      UNIFORMS: ["u_matrix", "u_sizeRatio", "u_correctionRatio", "u_ground"],
      ATTRIBUTES: [
        { name: "a_position", size: 2, type: FLOAT },
        { name: "a_size", size: 1, type: FLOAT },
        { name: "a_color", size: 4, type: UNSIGNED_BYTE, normalized: true },
        { name: "a_id", size: 4, type: UNSIGNED_BYTE, normalized: true },
        { name: "a_shape", size: 1, type: FLOAT },
        { name: "a_angle", size: 1, type: FLOAT },
      ],
    };
  }

  processVisibleItem(id, start, { x, y, size, color, shape }) {
    const colour = floatColor(color);
    for (const angle of ANGLES) {
      this.array.set([x, y, size, colour, id, shape, angle], start);
      start += 7;
    }
  }

  setUniforms({ matrix, sizeRatio, correctionRatio }, { gl, uniformLocations: at }) {
    gl.uniformMatrix3fv(at.u_matrix, false, matrix);
    gl.uniform1f(at.u_sizeRatio, sizeRatio);
    gl.uniform1f(at.u_correctionRatio, correctionRatio);
    gl.uniform3fv(at.u_ground, Marks.ground);
  }
}
