// The few words of WebDriver that the tests need.
import { until } from "./programs.mjs";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
export const KEY = { enter: "\uE007", escape: "\uE00C", down: "\uE015", right: "\uE014", tab: "\uE004" };

export class Page {
  static async open(port, application) {
    const page = new Page(`http://127.0.0.1:${port}`);
    const capabilities = { alwaysMatch: { "tauri:options": { application } } };
    // A busy computer takes its time to start a program.
    const { sessionId } = await page.send("POST", "/session", { capabilities }, 60_000);
    page.base += `/session/${sessionId}`;
    return page;
  }

  constructor(base) {
    this.base = base;
  }

  async send(method, path, body, patience = 20_000) {
    const answer = await fetch(this.base + path, {
      method,
      body: body && JSON.stringify(body),
      headers: { "Content-Type": "application/json" },
      signal: AbortSignal.timeout(patience),
    });
    const { value } = await answer.json();
    if (value?.error) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  }

  async close() {
    await this.send("DELETE", "");
  }

  run(script, ...args) {
    return this.send("POST", "/execute/sync", { script, args });
  }

  async all(xpath) {
    const found = await this.send("POST", "/elements", { using: "xpath", value: xpath });
    return found.map((element) => element[ELEMENT]);
  }

  /** The first one that can be seen, as soon as there is one. */
  find(xpath, patience) {
    return until(`there is ${xpath}`, async () => {
      for (const element of await this.all(xpath)) {
        if (await this.send("GET", `/element/${element}/displayed`)) return element;
      }
    }, patience);
  }

  /** Also when the element is drawn anew in between. */
  async click(xpath, patience) {
    await until(`${xpath} can be clicked`, async () => {
      const element = await this.find(xpath, patience);
      await this.send("POST", `/element/${element}/click`, {});
      return true;
    }, patience);
  }

  /** Rows show their buttons to the mouse. */
  async hover({ x, y }) {
    const actions = [{ type: "pointerMove", duration: 0, x, y, origin: "viewport" }];
    await this.send("POST", "/actions", { actions: [{ type: "pointer", id: "mouse", actions }] });
  }

  async type(xpath, text) {
    const element = await this.find(xpath);
    await this.send("POST", `/element/${element}/value`, { text });
  }

  /** A key for whatever has the focus. */
  async press(key) {
    const actions = [
      { type: "keyDown", value: key },
      { type: "keyUp", value: key },
    ];
    await this.send("POST", "/actions", { actions: [{ type: "key", id: "keys", actions }] });
  }

  /** The answer of a command, as the page would get it. */
  ask(command, args) {
    return this.run("return window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1])", command, args);
  }

  body() {
    return this.run("return document.body.innerText");
  }

  shows(text, patience) {
    return until(`the page shows “${text}”`, async () => (await this.body()).includes(text), patience);
  }

  async screenshot() {
    // WebKit answers with the next frame that it presents, and a page at rest presents none.
    await this.run(`const { style } = document.documentElement;
      let frame = 0;
      window.stirring = setInterval(() => (style.opacity = ++frame % 2 ? "0.9999" : "1"), 30)`);
    try {
      return Buffer.from(await this.send("GET", "/screenshot"), "base64");
    } finally {
      await this.run(`clearInterval(window.stirring); document.documentElement.style.opacity = ""`);
    }
  }
}

/** A button by its words. */
export const button = (name) =>
  `//button[(normalize-space(.)="${name}" or @aria-label="${name}") and not(@disabled)]`;

export const field = (label) => `//input[@aria-label="${label}" or @id=//label[normalize-space(.)="${label}"]/@for]`;
