// The extension host over its inspector: nothing of the product knows of it.

/** Runs in the host. The longest turn of its event loop since `start`, in ms: by the clock, and (perhaps another one) by the processor time of its thread. */
const HEARTBEAT = `(() => {
  const spent = () => { const { user, system } = process.threadCpuUsage(); return (user + system) / 1000; };
  const beat = { wall: 0, cpu: 0, timer: undefined };
  let at, used;
  const tick = () => {
    const now = performance.now(), cpu = spent();
    beat.wall = Math.max(beat.wall, now - at);
    beat.cpu = Math.max(beat.cpu, cpu - used);
    at = now; used = cpu;
  };
  beat.start = () => { clearInterval(beat.timer); beat.wall = 0; beat.cpu = 0; at = performance.now(); used = spent(); beat.timer = setInterval(tick, 1); };
  beat.stop = () => { tick(); clearInterval(beat.timer); return { wall: beat.wall, cpu: beat.cpu }; };
  globalThis.__beat = beat;
})()`;

/** Runs in the host. What the channel of the engine process has carried to here, in bytes; Node keeps its pipe under a symbol. */
const BYTES = `(() => {
  const child = process._getActiveHandles().find((handle) => handle?.spawnargs?.some?.((argument) => /dist[\\\\/]engine\\.js$/.test(argument)));
  const symbol = Object.getOwnPropertySymbols(child ?? {}).find(({ description }) => description === 'kChannelHandle');
  return symbol === undefined ? 0 : child[symbol].bytesRead;
})()`;

export class HostInspector {
  #socket;
  #last = 0;
  #waiting = new Map();

  /** @param {number} port of the extension host's inspector, on 127.0.0.1 */
  static async connect(port) {
    const [{ webSocketDebuggerUrl }] = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
    const inspector = new HostInspector();
    const socket = new globalThis.WebSocket(webSocketDebuggerUrl);
    inspector.#socket = socket;
    socket.addEventListener('message', ({ data }) => inspector.#receive(JSON.parse(data)));
    await new Promise((resolve, reject) => { socket.addEventListener('open', resolve); socket.addEventListener('error', () => reject(new Error('The inspector of the extension host does not answer.'))); });
    await inspector.evaluate(HEARTBEAT);
    return inspector;
  }

  /** From now on the host's longest turn is kept. */
  async startHeartbeat() {
    await this.evaluate('globalThis.__beat.start()');
  }

  /** @returns {Promise<{ wall: number, cpu: number }>} the longest turns since the start, ms */
  async stopHeartbeat() {
    return this.evaluate('globalThis.__beat.stop()');
  }

  /** Bytes that have come from the engine process so far. */
  async bytesFromEngine() {
    return this.evaluate(BYTES);
  }

  async startProfile() {
    await this.send('Profiler.enable');
    await this.send('Profiler.setSamplingInterval', { interval: 250 });
    await this.send('Profiler.start');
  }

  async stopProfile() {
    return (await this.send('Profiler.stop')).profile;
  }

  async evaluate(expression) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', { expression, returnByValue: true });
    if (exceptionDetails !== undefined) throw new Error(`In the extension host: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    return result.value;
  }

  send(method, params = {}) {
    const id = ++this.#last;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  close() {
    this.#socket.close();
  }

  #receive({ id, result, error }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error !== undefined) waiting?.reject(new Error(error.message));
    else waiting?.resolve(result);
  }
}
