// engine_node_worker.mjs -- a browser's Worker for engine_worker.js, made of a thread of Node's.
import { parentPort, workerData } from 'node:worker_threads';

globalThis.self = globalThis;
globalThis.postMessage = (message, transfer) => parentPort.postMessage(message, transfer);
globalThis.close = () => process.exit(0);
await import(workerData.script);
parentPort.on('message', (data) => globalThis.onmessage({ data }));   // not before: a browser's Worker keeps them until then
