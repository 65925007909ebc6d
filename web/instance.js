// instance.js -- an instance of a program of ours from a module that was compiled once, for all who make some.

/**
 * @param {(options: object) => Promise<any>} create  what the program's .mjs exports
 * @param {WebAssembly.Module} module @param {object} options  of Emscripten
 * @returns {Promise<any>} fails where the module cannot be instantiated, too: create() alone would wait for ever
 */
export function instantiate(create, module, options) {
  return new Promise((made, failed) => {
    create({
      ...options,
      instantiateWasm(imports, receive) {
        WebAssembly.instantiate(module, imports).then((instance) => receive(instance, module), failed);
        return {};
      },
    }).then(made, failed);
  });
}
