// gl_memory.js -- answers what Dear ImGui's backend asks of WebGL in each frame, from memory.
//
// The backend reads viewport, scissor box and blending, to put them back when it has drawn. In Chromium each such
// getParameter() asks the GPU's process and waits until that has drawn all it was given before: with software GL and four
// busy Workers the frame stood still for 190 ms there (measured: SCISSOR_BOX 6,010 ms in 32 frames; all drawing, 100 ms).
// What was set last is what would be answered, so it is remembered where it is set. The backend is not ours to change.

/** @param {WebGL2RenderingContext} gl */
export function answerFromMemory(gl) {
  const known = new Map();
  const ask = gl.getParameter.bind(gl);
  const remember = () => {
    for (const name of [gl.VIEWPORT, gl.SCISSOR_BOX, gl.BLEND_SRC_RGB, gl.BLEND_DST_RGB, gl.BLEND_SRC_ALPHA, gl.BLEND_DST_ALPHA,
      gl.BLEND_EQUATION_RGB, gl.BLEND_EQUATION_ALPHA]) known.set(name, ask(name));
  };
  const also = (name, note) => {
    const set = gl[name].bind(gl);
    gl[name] = (...values) => {
      set(...values);
      note(...values);
    };
  };
  also('viewport', (...box) => known.set(gl.VIEWPORT, Int32Array.from(box)));
  also('scissor', (...box) => known.set(gl.SCISSOR_BOX, Int32Array.from(box)));
  const factors = (source, target, source_alpha, target_alpha) => known.set(gl.BLEND_SRC_RGB, source)
    .set(gl.BLEND_DST_RGB, target).set(gl.BLEND_SRC_ALPHA, source_alpha).set(gl.BLEND_DST_ALPHA, target_alpha);
  also('blendFuncSeparate', factors);
  also('blendFunc', (source, target) => factors(source, target, source, target));
  const equations = (rgb, alpha) => known.set(gl.BLEND_EQUATION_RGB, rgb).set(gl.BLEND_EQUATION_ALPHA, alpha);
  also('blendEquationSeparate', equations);
  also('blendEquation', (both) => equations(both, both));
  gl.getParameter = (name) => known.has(name) ? known.get(name) : ask(name);
  gl.canvas.addEventListener('webglcontextrestored', remember);   // a fresh context has forgotten
  remember();
}
