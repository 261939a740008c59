// Pause, resume and cancel by clicking, while the store takes its time.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { until } from "./lib/programs.mjs";
import { Stage, filesBelow, writeFiles } from "./lib/stage.mjs";
import { button } from "./lib/webdriver.mjs";

const FILES = 500;

let stage;
let page;
let shoot;

before(async () => {
  stage = await Stage.start("queue");
  shoot = join(stage.folder, "Shoot");
  // Enough that a slow computer still finds some waiting.
  writeFiles(shoot, FILES, 20_000);
  await stage.tenant.faults([{ match: { object_post: true }, action: { kind: "delay", ms: 2_000 } }]);
  stage.order("Paused", [shoot]);
  page = await stage.open();
});
after(() => stage.end());

const states = () => page.run(`return [...document.querySelectorAll(".state")].map((mark) => mark.innerText.trim())`);
const count = async (state) => (await states()).filter((found) => found === state).length;

/**
 * Name and middle of a row in this state, from the middle of the list: a file of the first rows may have been on its way,
 * and is looked for before it is cancelled. Rows beyond the edges are drawn too.
 */
const visibleRow = `
  for (const row of document.querySelectorAll("[role=row]")) {
    const name = /IMG_\\d+\\.jpg/.exec(row.textContent)?.[0];
    const { top, bottom, left, width } = row.getBoundingClientRect();
    const inView = top > 150 && bottom < innerHeight - 50;
    const inMiddle = Number(row.getAttribute("aria-rowindex")) > 100;
    if (name && inView && inMiddle && row.querySelector(".state")?.innerText.trim() === arguments[0]) {
      return { name, x: Math.round(left + width / 2), y: Math.round((top + bottom) / 2) };
    }
  }
  return null;`;

const scrollTo = `
  const scroll = document.querySelector("[role=treegrid]").parentElement;
  scroll.scrollTop = scroll.scrollHeight * arguments[0];`;

test("the demo's order is carried out", async () => {
  await page.shows("Shoot");
  await until("something is sent", async () => (await count("Sending")) > 0);
});

test("pause all, then resume all", async () => {
  await page.click(button("Pause all"));
  await until("rows are paused", async () => (await count("Paused")) > 5);
  await until("nothing runs", async () => (await count("Sending")) + (await count("Verifying")) === 0);
  const held = (await stage.tenant.assets()).length;
  assert.ok(held < FILES);
  await stage.picture("paused");
  await page.click(button("Resume all"));
  await until("something is sent again", async () => (await count("Sending")) > 0);
});

test("one file is cancelled by its own button", async () => {
  await page.click(button("Pause all"));
  await until("rows are paused", async () => (await count("Paused")) > 5);
  // Rows move until what was on its way has arrived.
  const running = ["checking", "uploading", "finishing", "processing"];
  const moving = async () => (await page.ask("list_jobs", { query: { states: running } })).jobs.length;
  await until("nothing runs", async () => (await moving()) === 0);
  await page.run(scrollTo, 0.5);
  const { name: cancelled, ...place } = await until("a paused row is in view", () => page.run(visibleRow, "Paused"));
  await page.hover(place);
  await page.click(`//div[@role="row"][contains(., "${cancelled}")]//button[@aria-label="Cancel"]`);
  const gone = () => page.ask("list_jobs", { query: { states: ["cancelled"] } });
  await until("one is cancelled", async () => (await gone()).jobs.length === 1);
  await page.run(scrollTo, 0);
  await stage.tenant.faults([]);
  await page.click(button("Resume all"));
  await until("all but one are done", async () => (await stage.tenant.assets()).length === FILES - 1, 120_000);
  const held = (await stage.tenant.assets()).map((asset) => asset.name);
  const missing = filesBelow(shoot).filter((file) => !held.includes(file.name));
  assert.deepEqual((await gone()).jobs.map((job) => job.name), [cancelled]);
  assert.deepEqual(missing.map((file) => file.name), [cancelled]);
  await page.shows(`${FILES - 1} of ${FILES} done`);
  await stage.picture("one-cancelled");
});
