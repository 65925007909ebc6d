// colour.glsl -- comes before every shader: how a colour of the interface (0xAABBGGRR) is read.
precision highp float;
precision highp int;

vec4 colour(uint c) {
  return vec4(float(c & 255u), float(c >> 8 & 255u), float(c >> 16 & 255u), float(c >> 24)) / 255.0;
}
