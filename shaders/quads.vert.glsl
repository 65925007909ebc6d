// quads.vert.glsl -- six vertices per quad, pulled from a data texture by gl_VertexID (no vertex buffers, no instances:
// 4 to 18 times faster on software GL, the same on a GPU). Two RGBA32UI texels per quad; see src/ui/canvas.h.
precision highp float;
precision highp int;
precision highp usampler2D;

uniform usampler2D u_quads;
uniform int u_first;        // first quad of this batch
uniform vec2 u_size;        // logical px of the whole canvas
uniform float u_scale;      // framebuffer px per logical px

flat out vec4 v_box;        // framebuffer px: x0 y0 x1 y1
flat out uvec4 v_look;      // fill, ink, style, anchor
out vec2 v_at;              // framebuffer px

const int kTexelsPerRow = 2048;

void main() {
  int corner = gl_VertexID % 6;
  int texel = (u_first + gl_VertexID / 6) * 2;
  ivec2 at = ivec2(texel % kTexelsPerRow, texel / kTexelsPerRow);
  vec4 box = uintBitsToFloat(texelFetch(u_quads, at, 0)) * u_scale;
  v_look = texelFetch(u_quads, at + ivec2(1, 0), 0);
  v_box = box;
  // One framebuffer pixel wider on every side, for the edges' coverage.
  vec2 side = vec2(corner == 1 || corner == 2 || corner == 4 ? 1.0 : 0.0, corner == 2 || corner == 4 || corner == 5 ? 1.0 : 0.0);
  v_at = mix(box.xy - 1.0, box.zw + 1.0, side);
  vec2 clip = v_at / (u_size * u_scale) * 2.0 - 1.0;
  gl_Position = vec4(clip.x, -clip.y, 0.0, 1.0);
}
