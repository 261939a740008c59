// Programs that run beside a test and end with it; only those that it started.
import { spawn } from "node:child_process";
import { createServer, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export function need(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run \`cargo xtask test e2e\``);
  return value;
}

/** Waits until `check` gives something; its last error is told when it never does. */
export async function until(what, check, patience = 30_000) {
  const end = Date.now() + patience;
  let last;
  for (;;) {
    try {
      const found = await check();
      if (found) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited too long until ${what}`, { cause: last });
    await sleep(60);
  }
}

export class Program {
  constructor(command, args, env) {
    this.name = command.split("/").at(-1);
    this.output = "";
    this.lines = [];
    this.child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    this.ended = new Promise((resolve) => this.child.on("exit", (code, signal) => resolve({ code, signal })));
    this.child.on("error", (error) => (this.output += `${error}\n`));
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.on("data", (data) => {
        this.output += data;
        if (process.env.FERRY_E2E_TALK) process.stderr.write(data);
      });
    }
  }

  get runs() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  firstLine() {
    return until(`${this.name} says something`, () => this.output.includes("\n") && this.output.split("\n")[0]);
  }

  /** How it ended, by itself. */
  async exits(patience = 20_000) {
    await until(`${this.name} ends`, () => !this.runs, patience).catch((error) => {
      throw new Error(`${error.message}\n${this.output}`);
    });
    return this.ended;
  }

  /** Asks it to end, and ends it if it does not. */
  async stop(signal = "SIGTERM", patience = 8_000) {
    if (this.runs) this.child.kill(signal);
    const late = setTimeout(() => this.child.kill("SIGKILL"), patience);
    const end = await this.ended;
    clearTimeout(late);
    return end;
  }
}

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export const listens = (port) =>
  until(`something listens on ${port}`, () =>
    new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => (socket.destroy(), resolve(true)));
      socket.on("error", () => resolve(false));
    }),
  );
