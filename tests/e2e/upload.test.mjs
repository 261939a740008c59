// A new user's first upload: sign in through the browser, hand over a folder, choose a place, wait for the proof.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { need, until } from "./lib/programs.mjs";
import { Stage, filesBelow } from "./lib/stage.mjs";
import { opened } from "./lib/tenant.mjs";
import { KEY, button, field } from "./lib/webdriver.mjs";

let stage;
let page;

before(async () => {
  stage = await Stage.start("upload");
  await stage.tenant.switches({ strict_metadata: true });
  page = await stage.open();
});
after(() => stage.end());

test("signs in through the system's browser", async () => {
  await page.shows("Connect to Canto");
  await stage.picture("sign-in");
  await page.type(field("Your Canto address"), stage.tenant.url);
  if (!(await page.all("//details[@open]")).length) await page.click("//summary");
  await page.type(field("App ID"), stage.tenant.appId);
  await page.type(field("App secret"), stage.tenant.appSecret);
  await page.click(button("Sign in"));

  const address = await opened(stage.openedPages);
  assert.ok(address.startsWith(`${stage.tenant.url}/oauth/`), address);
  assert.ok(!address.includes(stage.tenant.appSecret));
  await page.shows("Go on in your browser");
  assert.match(await stage.tenant.allow(address), /Signed in/);

  await page.find(`//h1[.="Uploads"]`);
  await page.shows(new URL(stage.tenant.url).host.slice(0, 9));
  await stage.picture("empty-queue");
});

test("a second start hands a folder over", async () => {
  const second = stage.start(need("FERRY_SAMPLE_SHOOT"));
  assert.equal((await second.exits()).code, 0, second.output);
  await page.shows("New upload");
  await page.shows("12 files");
  await stage.picture("staging");
});

test("the destination is made in the picker, by typing", async () => {
  await page.click(`//button[@aria-haspopup="dialog" and contains(., "Choose a destination")]`);
  await page.find(`//div[@role="dialog"]//input[@aria-label="Search folders and albums"]`);
  await page.find(`//div[@role="treeitem"]`);
  await stage.picture("picker");
  await page.click(button("New folder"));
  await page.type(`//input[@placeholder="Name"]`, `Hafen 2026${KEY.enter}`);
  await page.find(`//div[@role="treeitem" and @aria-selected="true" and contains(., "Hafen 2026")]`);
  await page.click(button("Upload here"));
  await page.find(`//button[starts-with(@aria-label, "Change destination: Hafen 2026")]`);
});

test("what the library requires is filled in", async () => {
  await page.shows("“Usage” is required.");
  await page.click(`//select/option[normalize-space(.)="Press"]`);
});

test("every byte arrives", async () => {
  // What is required is looked at once more when typing has ended.
  await page.click(`//button[normalize-space(.)="Upload 12 files" and not(@disabled)]`);
  const counted = () => page.run(`return document.querySelectorAll(".state.good").length`);
  await until("all rows are done", async () => (await counted()) === 12, 60_000);
  await page.shows("Done · 12 files");
  const jobs = async () => (await page.ask("list_jobs", { query: {} })).jobs;
  await until("values are set", async () => (await jobs()).every((job) => job.metadata === "applied"));
  const held = (await stage.tenant.assets()).map(({ name, size, md5 }) => `${name} ${size} ${md5}`);
  // Names may arrive in another normal form, the bytes may not.
  const sums = (list) => list.map((line) => line.split(" ").slice(-2).join(" ")).sort();
  const local = filesBelow(need("FERRY_SAMPLE_SHOOT")).map(({ name, size, md5 }) => `${name} ${size} ${md5}`);
  assert.equal(local.length, 12);
  assert.deepEqual(sums(held), sums(local));
  await page.shows("Everything is in Canto");
  // The notice and the last speed go by themselves; the picture is better without them.
  const passing = async () => /files? added|B\/s/.test(await page.body());
  await until("the window is at rest", async () => !(await passing()), 20_000).catch(() => {});
  await stage.picture("queue-done", "queue.png");
});

test("a done file opens in Canto", async () => {
  const before = stage.openedPages().length;
  await page.click(`(//button[contains(., "Open in Canto")])[1]`);
  await until("the browser was opened", () => stage.openedPages().length > before);
  assert.ok(stage.openedPages().at(-1).startsWith(stage.tenant.url));
});

test("the page can reach nothing but Ferry", async () => {
  const refused = await page.run(`
    const invoke = (command, args) => window.__TAURI_INTERNALS__.invoke(command, args).then(() => "done", (e) => String(e));
    return Promise.all([
      invoke("plugin:opener|open_url", { url: "https://example.com" }),
      invoke("plugin:event|emit", { event: "paths-opened", payload: ["/etc/passwd"] }),
      fetch(arguments[0]).then(() => "done", (e) => String(e)),
    ]);`, stage.tenant.url);
  for (const answer of refused) assert.notEqual(answer, "done");
});
