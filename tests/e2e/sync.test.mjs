// A watched folder works on while the window is closed, and the window's page is gone meanwhile.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ownName } from "./lib/bus.mjs";
import { until } from "./lib/programs.mjs";
import { Stage, writeFiles } from "./lib/stage.mjs";
import { button } from "./lib/webdriver.mjs";
import { Display } from "./lib/x11.mjs";

let stage;
let display;
let page;
let photos;
let giveBack;
let app;

before(async () => {
  stage = await Stage.start("sync");
  photos = join(stage.folder, "Photos");
  mkdirSync(photos);
  const first = join(stage.folder, "First");
  writeFiles(first, 1, 2_000);
  stage.order("First", [first]);
  giveBack = await ownName("org.kde.StatusNotifierWatcher");
  display = await Display.open();
  page = await stage.open();
});
after(async () => {
  await app?.stop();
  await giveBack?.();
  display.end();
  await stage.end();
});

/** Ids of this stage's processes of a name. */
function processes(name) {
  const mine = `FERRY_DATA_DIR=${join(stage.folder, "data")}`;
  return readdirSync("/proc").filter((pid) => {
    try {
      const isMine = /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(mine);
      return isMine && readFileSync(`/proc/${pid}/comm`, "utf8").startsWith(name);
    } catch {
      return false;
    }
  });
}

/** Megabytes of main memory, each shared page counted by its share. */
const memory = (pids) =>
  pids.reduce((sum, pid) => sum + Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))[1]), 0) / 1024;

const shown = (wanted) =>
  until(`the window is ${wanted ? "shown" : "gone"}`, async () => ((await display.window("Ferry"))?.shown ?? false) === wanted);

test("a folder is watched", async () => {
  await page.shows("Done · 1 file");
  await page.click(`//nav//button[contains(., "Auto Sync")]`);
  await page.shows("No folder is watched yet");
  // The system's dialog can't be driven: this is what the page asks when it was answered.
  const [{ account }] = await page.ask("list_batches", { offset: 0, limit: 1, finished: null });
  const destination = { kind: "library", id: "", path: "" };
  await page.ask("watch_folder", { folder: { account, path: photos, destination, include: [], exclude: [] } });
  await page.find(`//article[.//h2="Photos"]`);
  await page.shows("Changes are noticed at once");
  await stage.picture("auto-sync");
  await page.click(button("Sync now"));
  await page.shows("Up to date");
});

test("what is copied there while the window is closed arrives", async () => {
  // A driven page's process outlasts its window.
  await stage.close();
  await until("the driven one has ended", () => processes("ferry-desktop").length === 0);
  await shown(false);
  delete stage.env.FERRY_DEMO;
  app = stage.start();
  await shown(true);
  await until("there is a page", () => processes("WebKitWeb").length === 1);
  await display.close((await display.window("Ferry")).id);
  await shown(false);
  await until("the page's process has ended", () => processes("WebKitWeb").length === 0);
  const all = memory([...processes("ferry"), ...processes("WebKit")]);
  console.log(`PSS of all processes without a window: ${all.toFixed(0)} MB`);
  writeFiles(photos, 5, 3_000);
  await until("they are in the library", async () => (await stage.tenant.assets()).length === 6, 60_000);
});

test("the window comes back with what it knows", async () => {
  const second = stage.start();
  assert.equal((await second.exits()).code, 0, second.output);
  await shown(true);
  assert.equal(processes("ferry-desktop").length, 1);
});
