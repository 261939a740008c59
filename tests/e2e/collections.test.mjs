// Collections: a folder, a mark, files that appear; offline they stay, and what both sides changed is kept twice.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { until } from "./lib/programs.mjs";
import { Stage, writeFiles } from "./lib/stage.mjs";
import { button } from "./lib/webdriver.mjs";

let stage;
let page;
let folder;

const NAME = "IMG_0001.jpg";
const mine = () => join(folder, NAME);
const names = () => (existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith(".")) : []);

before(async () => {
  stage = await Stage.start("collections");
  const shoot = join(stage.folder, "Shoot");
  writeFiles(shoot, 6, 40_000);
  // The folder that is offered is in the user's own.
  stage.env.HOME = join(stage.folder, "home");
  mkdirSync(stage.env.HOME, { recursive: true });
  folder = join(stage.env.HOME, "Canto Sync Folder", "Plane trip");
  stage.order("Shoot", [shoot]);
  await stage.tenant.switches({ collections_listing: true });
  page = await stage.open();
  await until("the files are in the library", async () => (await stage.tenant.assets()).length === 6, 60_000);
  const contents = (await stage.tenant.assets()).map(({ scheme, id }) => ({ scheme, id }));
  const owner = stage.tenant.user.email;
  await stage.tenant.admin("PUT", "collections/PLANE", { name: "Plane trip", owner, shared_with: [], contents });
});
after(() => stage.end());

test("the folder is chosen and a collection marked, and its files appear", async () => {
  await page.click(`//nav//button[contains(., "Collections")]`);
  await page.click(button("Use this folder"));
  await page.shows("Plane trip");
  await page.click(`//button[@role="switch"]`);
  await page.shows("Up to date", 60_000);
  assert.equal(names().length, 6);
  assert.deepEqual(readFileSync(mine()), Buffer.alloc(40_000, 1));
  await stage.picture("collections");
  await page.click(`//button[starts-with(normalize-space(.), "Recent")]`);
  await page.shows("Downloaded");
  await stage.picture("collections-recent");
  await page.click(`//div[@role="group"]//button[starts-with(normalize-space(.), "Collections")]`);
});

test("without the library everything stays, and can be opened", async () => {
  await stage.tenant.faults([{ match: { path_prefix: "/api" }, action: { kind: "status", code: 503 } }]);
  await page.click(button("Sync now"));
  await page.find(`//article//button[normalize-space(.)="Try again"]`, 60_000);
  assert.equal(names().length, 6);
  assert.deepEqual(readFileSync(mine()), Buffer.alloc(40_000, 1));
  await stage.tenant.faults([]);
});

test("a file that was changed here stays as it is", async () => {
  writeFileSync(mine(), "my own words");
  await page.click(button("Sync now"));
  await page.shows("Up to date", 60_000);
  assert.equal(readFileSync(mine(), "utf8"), "my own words");
  assert.equal(names().length, 6);
});
