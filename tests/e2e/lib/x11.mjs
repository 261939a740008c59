// What a window manager does: sees whether a window is shown, and asks it to close. Enough of X11 for that.
import { readFileSync } from "node:fs";
import { connect } from "node:net";

const padded = (text) => Buffer.concat([Buffer.from(text), Buffer.alloc((4 - (text.length % 4)) % 4)]);

/** The key that xvfb-run made for its display. */
function cookie(display) {
  const file = process.env.XAUTHORITY;
  if (!file) return ["", Buffer.alloc(0)];
  const bytes = readFileSync(file);
  let at = 0;
  const part = () => {
    const length = bytes.readUInt16BE(at);
    at += 2 + length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    at += 2;
    const [, number, name, data] = [part(), part(), part(), part()];
    if (String(number) === display || number.length === 0) return [String(name), data];
  }
  return ["", Buffer.alloc(0)];
}

export class Display {
  static async open() {
    const display = /:(\d+)/.exec(process.env.DISPLAY ?? "")[1];
    const self = new Display(connect(`/tmp/.X11-unix/X${display}`));
    const [name, data] = cookie(display);
    const hello = Buffer.alloc(12);
    hello.write("l");
    hello.writeUInt16LE(11, 2);
    hello.writeUInt16LE(name.length, 6);
    hello.writeUInt16LE(data.length, 8);
    self.socket.write(Buffer.concat([hello, padded(name), padded(data)]));
    const head = await self.take(8);
    const setup = await self.take(head.readUInt16LE(6) * 4);
    if (head[0] !== 1) throw new Error(`the display said no: ${setup}`);
    const vendor = setup.readUInt16LE(16);
    self.root = setup.readUInt32LE(32 + vendor + ((4 - (vendor % 4)) % 4) + setup[21] * 8);
    return self;
  }

  constructor(socket) {
    this.socket = socket;
  }

  /** So many bytes, when they are there. */
  async take(length) {
    for (;;) {
      const bytes = this.socket.read(length);
      if (bytes) return bytes;
      if (length === 0) return Buffer.alloc(0);
      await new Promise((resolve) => this.socket.once("readable", resolve));
    }
  }

  /** One request at a time; its answer. */
  async ask(code, detail, ...words) {
    this.socket.write(request(code, detail, words));
    for (;;) {
      const head = await this.take(32);
      if (head[0] === 0) throw new Error(`X11 error ${head[1]} for request ${code}`);
      if (head[0] === 1) return Buffer.concat([head, await this.take(head.readUInt32LE(4) * 4)]);
    }
  }

  async atom(name) {
    const words = [name.length, ...new Uint32Array(new Uint8Array(padded(name)).buffer)];
    return (await this.ask(16, 0, ...words)).readUInt32LE(8);
  }

  /** The top window of this title. */
  async window(title) {
    const tree = await this.ask(15, 0, this.root);
    const name = await this.atom("WM_NAME");
    for (let at = 0; at < tree.readUInt16LE(16); at++) {
      const window = tree.readUInt32LE(32 + at * 4);
      const answer = await this.ask(20, 0, window, name, 0, 0, 64).catch(() => null);
      if (answer && String(answer.subarray(32, 32 + answer.readUInt32LE(16))) === title) {
        const attributes = await this.ask(3, 0, window);
        return { id: window, shown: attributes[26] === 2 };
      }
    }
    return null;
  }

  /** The button in the title bar. */
  async close(window) {
    const [protocols, remove] = [await this.atom("WM_PROTOCOLS"), await this.atom("WM_DELETE_WINDOW")];
    const event = [33 | (32 << 8), window, protocols, remove, 0, 0, 0, 0];
    this.socket.write(request(25, 0, [window, 0, ...event]));
    await this.ask(43, 0);
  }

  end() {
    this.socket.destroy();
  }
}

function request(code, detail, words) {
  const bytes = Buffer.alloc(4 + words.length * 4);
  bytes.writeUInt8(code);
  bytes.writeUInt8(detail, 1);
  bytes.writeUInt16LE(1 + words.length, 2);
  words.forEach((word, at) => bytes.writeUInt32LE(word >>> 0, 4 + at * 4));
  return bytes;
}
