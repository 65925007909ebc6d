// clock.js -- milliseconds that mean the same in the page and in every Worker of it (WEB.md: never compare bare performance.now()).

/** Subtracted so that a double keeps nanoseconds; src/platform/web/engine_web.cpp has the same number. */
export const EPOCH_MS = 1.76e12;
const ORIGIN = performance.timeOrigin - EPOCH_MS;
export const now = () => ORIGIN + performance.now();
