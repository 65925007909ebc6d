// ribbon.frag.glsl -- one lane's folded spans: a column for each pixel, in it layers of colour from the floor up. What was
// up to seven quads for two pixels is one quad for the lane, with a texel for each column: where the processor draws, a
// quad costs as much as hundreds of pixels. See src/ui/canvas.h.
precision highp float;
precision highp int;
precision highp usampler2D;

flat in vec4 v_box;
flat in uvec3 v_look;     // texel of the layers' colours, with the columns behind them; -, -
in vec2 v_at;
out vec4 o_colour;

uniform usampler2D u_quads;
uniform float u_scale;

const int kTexelsPerRow = 2048;

uvec4 texel(int i) { return texelFetch(u_quads, ivec2(i % kTexelsPerRow, i / kTexelsPerRow), 0); }
vec4 colour(uint c) {
  return vec4(float(c & 255u), float(c >> 8 & 255u), float(c >> 16 & 255u), float(c >> 24)) / 255.0;
}
vec4 tops_of(uint low, uint high) {
  return vec4(float(low & 65535u), float(low >> 16), float(high & 65535u), float(high >> 16)) / 65535.0;
}

vec4 sum = vec4(0);
void add(uint fill, float covered) {
  vec4 c = colour(fill);
  covered *= c.a;
  sum += vec4(c.rgb * covered, covered);
}

void main() {
  int first = int(v_look.x);
  uvec4 column = texel(first + 2 + int(v_at.x) - int(v_box.x));
  if (column.w == 0u) discard;   // nothing is folded here
  // How much of this pixel lies below the top of each layer.
  float height = v_box.w - v_box.y, at = v_box.w - v_at.y - 0.5;
  vec4 low = tops_of(column.x, column.y) * height, high = tops_of(column.z, column.w) * height;
  vec4 a = clamp(low - at, 0.0, 1.0), b = clamp(high - at, 0.0, 1.0);
  uvec4 fills = texel(first), more = texel(first + 1);
  add(fills.x, a.x);
  add(fills.y, a.y - a.x);
  add(fills.z, a.z - a.y);
  add(fills.w, a.w - a.z);
  add(more.x, b.x - a.w);
  add(more.y, b.y - b.x);
  add(more.z, b.z - b.y);
  // A line where it does not reach the ceiling.
  if (high.z < height - 0.5) {
    float line = (b.z - clamp(high.z - u_scale - at, 0.0, 1.0)) * step(0.5, high.z);
    sum = mix(sum, vec4(colour(more.w).rgb, 1.0), line);
  }
  o_colour = vec4(sum.rgb / max(sum.a, 0.001), sum.a);
}
