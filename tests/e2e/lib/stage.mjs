// One Ferry on a data directory of its own, with a library, a browser that only notes addresses, and a tray host.
import { createHash } from "node:crypto";
import { copyFileSync, chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Program, freePort, listens, need, until } from "./programs.mjs";
import { Tenant } from "./tenant.mjs";
import { Page } from "./webdriver.mjs";

export class Stage {
  static async start(name) {
    const folder = join(need("FERRY_E2E_DIR"), name);
    for (const part of ["bin", "data"]) mkdirSync(join(folder, part), { recursive: true });
    const stage = new Stage(folder);
    stage.tenant = await Tenant.start(join(folder, "library"));
    return stage;
  }

  constructor(folder) {
    this.folder = folder;
    this.app = need("FERRY_APP");
    const notes = join(folder, "opened");
    // `xdg-open` is what the system has for "show this in the browser".
    const stub = join(folder, "bin", "xdg-open");
    writeFileSync(stub, `#!/bin/sh\nprintf '%s\\n' "$1" >> '${notes}'\n`);
    chmodSync(stub, 0o755);
    this.openedPages = () => (existsSync(notes) ? readFileSync(notes, "utf8").trim().split("\n") : []);
    this.env = {
      ...process.env,
      PATH: `${join(folder, "bin")}:${process.env.PATH}`,
      FERRY_DATA_DIR: join(folder, "data"),
      FERRY_LOG: process.env.FERRY_LOG ?? "info",
      WEBKIT_DISABLE_DMABUF_RENDERER: "1",
      LANG: "C.UTF-8",
      LANGUAGE: "en",
    };
  }

  /** Opens the app under WebDriver. */
  async open() {
    const [port, native] = [await freePort(), await freePort()];
    const args = ["--port", `${port}`, "--native-port", `${native}`];
    this.driver = new Program(need("FERRY_TAURI_DRIVER"), args, this.env);
    await listens(native);
    await listens(port);
    this.page = await Page.open(port, this.app);
    return this.page;
  }

  /** Ends the app as WebDriver does, and the driver. */
  async close() {
    await this.page?.close().catch(() => {});
    this.page = undefined;
    await this.driver?.stop();
    this.driver = undefined;
    await this.endOrphans();
  }

  /** A busy computer may have the driver end before its app: that one is asked, and then ended, by its id. */
  async endOrphans() {
    const mine = `FERRY_DATA_DIR=${join(this.folder, "data")}`;
    const left = () =>
      readdirSync("/proc").filter((pid) => {
        try {
          return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(mine);
        } catch {
          return false;
        }
      });
    for (const signal of ["SIGTERM", "SIGKILL"]) {
      for (const pid of left()) {
        try {
          process.kill(Number(pid), signal);
        } catch {
          // It has ended meanwhile.
        }
      }
      await until("the app has ended", () => !left().length, 8_000).catch(() => {});
    }
  }

  /** A start that nobody drives: a second one, or one that is watched from outside. */
  start(...args) {
    return new Program(this.app, args, this.env);
  }

  async end() {
    await this.close();
    await this.tenant.stop();
  }

  /** Signs in and adds files by itself, as `cargo xtask demo` does it. */
  order(to, paths) {
    const { url, appId, appSecret } = this.tenant;
    this.env.FERRY_DEMO = JSON.stringify({ url, app_id: appId, app_secret: appSecret, to, create: true, paths });
  }

  /** For the report, and on request for the README. */
  async picture(name, copy) {
    const folder = join(need("FERRY_E2E_DIR"), "..");
    const file = join(folder, `${name}.png`);
    writeFileSync(file, await this.page.screenshot());
    if (copy && process.env.FERRY_UPDATE_SCREENSHOT) {
      const target = new URL("../../../installers/pictures/", import.meta.url);
      mkdirSync(target, { recursive: true });
      copyFileSync(file, new URL(copy, target));
    }
  }
}

/** Files below a folder that Ferry sends, with size and MD5. */
export function filesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && ![".DS_Store", "Thumbs.db", "desktop.ini"].includes(basename(path)))
    .map((path) => {
      const bytes = readFileSync(path);
      return { name: basename(path), size: bytes.length, md5: createHash("md5").update(bytes).digest("hex") };
    });
}

export function writeFiles(folder, count, size) {
  mkdirSync(folder, { recursive: true });
  for (let number = 1; number <= count; number++) {
    writeFileSync(join(folder, `IMG_${String(number).padStart(4, "0")}.jpg`), Buffer.alloc(size, number));
  }
}
