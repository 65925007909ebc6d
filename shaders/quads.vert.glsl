// quads.vert.glsl -- four corners per quad, pulled from a data texture by gl_VertexID, which is the index (no vertex
// buffers, no instances: 4 to 18 times faster on software GL, the same on a GPU). Two RGBA32UI texels per quad; see
// src/ui/canvas.h.
precision highp usampler2D;

uniform usampler2D u_quads;
uniform int u_first;        // first quad of this batch
uniform vec2 u_size;        // logical px of the whole canvas
uniform float u_scale;      // framebuffer px per logical px

flat out vec4 v_box;        // framebuffer px: x0 y0 x1 y1
flat out vec4 v_fill;
flat out uvec3 v_look;      // ink, style, anchor
out vec2 v_at;              // framebuffer px

const int kTexelsPerRow = 2048;

void main() {
  int corner = gl_VertexID & 3;
  int texel = (u_first + (gl_VertexID >> 2)) * 2;
  ivec2 at = ivec2(texel % kTexelsPerRow, texel / kTexelsPerRow);
  vec4 box = uintBitsToFloat(texelFetch(u_quads, at, 0)) * u_scale;
  uvec4 look = texelFetch(u_quads, at + ivec2(1, 0), 0);
  v_box = box;
  v_fill = colour(look.x);
  v_look = look.yzw;
  // All pixels that the box touches and no other: the fragments compute how much of each.
  v_at = vec2((corner & 1) == 0 ? floor(box.x) : ceil(box.z), corner < 2 ? floor(box.y) : ceil(box.w));
  vec2 clip = v_at / (u_size * u_scale) * 2.0 - 1.0;
  gl_Position = vec4(clip.x, -clip.y, 0.0, 1.0);
}
