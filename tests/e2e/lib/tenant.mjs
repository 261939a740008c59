// The demo library, and a person at its sign-in page.
import { Program, need, until } from "./programs.mjs";

export class Tenant {
  static async start(folder) {
    const program = new Program(need("FERRY_TENANT"), ["--port", "0", "--data", folder], process.env);
    const hello = JSON.parse(await program.firstLine());
    return new Tenant(program, hello);
  }

  constructor(program, hello) {
    this.program = program;
    this.url = hello.url;
    this.appId = hello.app_id;
    this.appSecret = hello.app_secret;
    this.token = hello.admin_token;
    this.user = hello.users.find((user) => user.role === "contributor") ?? hello.users[0];
  }

  async admin(method, path, body) {
    const answer = await fetch(`${this.url}/_tenant/${path}`, {
      method,
      body: body && JSON.stringify(body),
      headers: { Authorization: `Bearer ${this.token}`, "Content-Type": "application/json" },
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    const text = await answer.text();
    return text ? JSON.parse(text) : null;
  }

  async assets() {
    const answer = await this.admin("GET", "assets");
    return Array.isArray(answer) ? answer : answer.assets;
  }

  switches(changed) {
    return this.admin("PUT", "switches", changed);
  }

  faults(rules) {
    return this.admin("PUT", "faults", rules);
  }

  /** What a person does with the page that the browser opened; the text of the page that it ends on. */
  async allow(address, user = this.user) {
    const form = new URL(address);
    const hidden = new URLSearchParams();
    const html = await (await fetch(form)).text();
    for (const [, name, value] of html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)) {
      hidden.set(name, value.replaceAll("&amp;", "&"));
    }
    hidden.set("email", user.email);
    hidden.set("password", user.password);
    hidden.set("decision", "allow");
    const answer = await fetch(form.origin + form.pathname, { method: "POST", body: hidden });
    return answer.text();
  }

  async stop() {
    await this.program.stop();
  }
}

/** Waits for the address that the app gave to the system's browser. */
export const opened = (read) => until("the browser was opened", () => read().at(-1));
