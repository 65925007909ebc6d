// plain_quads.frag.glsl -- quads.frag.glsl for what has neither pattern nor round corners nor a line on top: most of what
// is seen, and where the processor draws, four times quicker.

flat in vec4 v_box;
flat in vec4 v_fill;
in vec2 v_at;
out vec4 o_colour;

void main() {
  vec2 covered = min(v_at + 0.5, v_box.zw) - max(v_at - 0.5, v_box.xy);
  o_colour = vec4(v_fill.rgb, v_fill.a * clamp(covered.x, 0.0, 1.0) * clamp(covered.y, 0.0, 1.0));
}
