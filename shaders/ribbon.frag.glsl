// ribbon.frag.glsl -- a whole row of stacked colours as one quad: a texel for each column of pixels, in it 4 bits for each of
// at most 32 slots from the floor up (src/ui/canvas.h). Where the processor draws, a quad costs as much as hundreds of
// pixels, and these were up to seven quads for two columns; finding the layer by its height was three times dearer.
// PATTERNED: with the colours' patterns (patterns.glsl); without, as what is folded is drawn.
precision highp usampler2D;

flat in vec4 v_box;
flat in vec4 v_fill;      // its opacity
flat in uvec3 v_look;     // texel of the first column, texel of colour 0, anchor
in vec2 v_at;
out vec4 o_colour;

uniform usampler2D u_quads;

uvec4 texel(int i) { return texelFetch(u_quads, ivec2(i & 2047, i >> 11), 0); }

void main() {
  uvec4 column = texel(int(v_look.x) + int(v_at.x) - int(v_box.x + 0.5));
  int slot = clamp(int((v_box.w - v_at.y) * min(32.0 / (v_box.w - v_box.y), 1.0)), 0, 31);
  uint word = slot < 16 ? (slot < 8 ? column.x : column.y) : (slot < 24 ? column.z : column.w);
  uvec4 look = texel(int(v_look.y) + int(word >> ((slot & 7) * 4) & 15u));  // fill, ink, pattern
  o_colour = colour(look.x);
  o_colour.a *= v_fill.a;
#if PATTERNED
  vec2 p = place_from(v_look.z, v_at);
  vec4 ink = colour(look.y);
  float inked = look.z == 1u ? stripes(p) : look.z == 2u ? dots(p) : look.z == 3u ? crosses(p) : look.z == 4u ? lines(p) : 0.0;
  if (look.z == 5u) o_colour.a *= floor_dots(p) * step(mod(p.y + 3.0, 6.0), 1.5);
  o_colour.rgb = mix(o_colour.rgb, ink.rgb, inked * ink.a);
#endif
}
