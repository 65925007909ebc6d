// sketch.js -- the timeline as an SVG drawing, where there is no WebGL 2 or its context does not come back.
//
// The same panels lay the frame out, and nobody draws it (Shell::timeline_svg): what stands in the drawing stands in the picture.

const EVERY_MS = 300;   // a drawing is tens of milliseconds of the main thread
const LOWEST = 640;     // px of the layout that it is cut from, so that a flat frame has lanes, too

export class Sketch {
  /** @param {HTMLElement} stage where it goes @param {(width: number, height: number) => string} draw the SVG; '' while nothing has run */
  constructor(stage, draw) {
    Object.assign(this, { stage, draw, room: null, timer: 0, drawn: '' });
    new ResizeObserver(() => this.soon()).observe(stage);
  }

  show() {
    if (!this.room) {
      this.room = document.createElement('div');
      this.room.id = 'sketch';
      this.stage.append(this.room);
    }
    this.room.hidden = false;
    this.soon();
  }

  hide() {
    if (this.room) this.room.hidden = true;
  }

  /** Something changed. */
  soon() {
    if (!this.room || this.room.hidden || this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = 0;
      if (!this.room.hidden && !document.hidden) this.#draw();
    }, EVERY_MS);
  }

  #draw() {
    const width = Math.round(this.room.clientWidth);
    if (width < 1) return;
    const svg = this.draw(width, Math.max(LOWEST, innerHeight));
    if (svg === this.drawn) return;
    this.drawn = svg;
    // Ours, and well formed whatever the words in it: view/svg.cpp.
    this.room.replaceChildren(...(svg ? [document.adoptNode(new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement)] : []));
  }
}
