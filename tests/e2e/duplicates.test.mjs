// Files that Canto has already: the rule is set in the window, staging names them, and a person decides about each.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { until } from "./lib/programs.mjs";
import { Stage, filesBelow, writeFiles } from "./lib/stage.mjs";
import { KEY, button } from "./lib/webdriver.mjs";

/** Its key stands beside its words. */
const answer = (words) => `//dialog//button[contains(., "${words}") and not(@disabled)]`;

let stage;
let page;
let shoot;
let again;

before(async () => {
  stage = await Stage.start("duplicates");
  shoot = join(stage.folder, "Shoot");
  writeFiles(shoot, 4, 3_000);
  again = join(stage.folder, "Again");
  mkdirSync(again);
  // The same bytes under other names, and one that is new.
  for (const number of [1, 2]) copyFileSync(join(shoot, `IMG_000${number}.jpg`), join(again, `Copy ${number}.jpg`));
  writeFiles(join(again, "New"), 1, 4_000);
  stage.order("First", [shoot]);
  page = await stage.open();
  await page.shows("Done · 4 files", 60_000);
});
after(() => stage.end());

test("an administrator sets the rule", async () => {
  await page.click(button("Settings"));
  await page.click(`//h3[.="Check uploads"]/following::button[@role="switch"][1]`);
  await page.click(`//label[normalize-space(.)="Content (MD5)"]`);
  await page.shows("If a file’s content is in Canto already, you decide");
  await stage.picture("duplicates-rule");
  await page.click(button("Uploads"));
});

test("staging says what is there already", async () => {
  const second = stage.start(again);
  assert.equal((await second.exits()).code, 0, second.output);
  await page.shows("New upload");
  await page.click(`//button[@aria-haspopup="dialog" and contains(., "Choose a destination")]`);
  await page.find(`//div[@role="treeitem"]`);
  await page.click(button("New folder"));
  await page.type(`//input[@placeholder="Name"]`, `Second${KEY.enter}`);
  await page.find(`//div[@role="treeitem" and @aria-selected="true" and contains(., "Second")]`);
  await page.click(button("Upload here"));
  await page.shows("2 for certain");
  await stage.picture("duplicates-staging");
  await page.click(`//button[normalize-space(.)="Upload 3 files" and not(@disabled)]`);
});

test("each is decided about, and the library has what was decided", async () => {
  await page.click(button("Decide…"), 60_000);
  await page.shows("Canto has this file already");
  await page.shows("1 of 2");
  await stage.picture("duplicates-decide");
  await page.click(answer("Don’t import"));
  await page.shows("1 of 1");
  await page.click(answer("Add as new asset"));
  await page.shows("All decided:");
  const held = async () => stage.tenant.assets();
  await until("what was decided is there", async () => (await held()).length === 6, 60_000);
  const done = async () => (await page.ask("list_jobs", { query: { states: ["done"] } })).jobs;
  await until("it is confirmed", async () => (await done()).length === 6);
  const sums = (list) => list.map(({ md5 }) => md5).sort();
  const skipped = (await page.ask("list_jobs", { query: { states: ["skipped"] } })).jobs;
  assert.equal(skipped.length, 1);
  const sent = filesBelow(again).filter(({ name }) => name !== skipped[0].name);
  assert.deepEqual(sums(await held()), sums([...filesBelow(shoot), ...sent]));
});
