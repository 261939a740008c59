// Closing leaves the queue at work where a tray leads back, a second start shows, a signal quits; the queue outlives all of it.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ownName } from "./lib/bus.mjs";
import { until } from "./lib/programs.mjs";
import { Stage, filesBelow, writeFiles } from "./lib/stage.mjs";
import { Display } from "./lib/x11.mjs";

let stage;
let display;
let shoot;
let app;
let giveBack;

before(async () => {
  stage = await Stage.start("window");
  shoot = join(stage.folder, "Long shoot");
  writeFiles(shoot, 600, 2_000);
  await stage.tenant.faults([{ match: { object_post: true }, action: { kind: "delay", ms: 5_000 } }]);
  display = await Display.open();
});
after(async () => {
  await app?.stop();
  await giveBack?.();
  display.end();
  await stage.end();
});

const shown = (wanted) =>
  until(`the window is ${wanted ? "shown" : "hidden"}`, async () => {
    const window = await display.window("Ferry");
    return (window?.shown ?? false) === wanted && (window ?? true);
  });

test("closing ends the window where there is a tray, and the queue goes on", async () => {
  giveBack = await ownName("org.kde.StatusNotifierWatcher");
  stage.order("Long", [shoot]);
  app = stage.start();
  await shown(true);
  await until("files arrive", async () => (await stage.tenant.assets()).length > 0);
  await display.close((await display.window("Ferry")).id);
  await shown(false);
  const held = (await stage.tenant.assets()).length;
  await until("more files arrive", async () => (await stage.tenant.assets()).length > held);
  assert.ok(app.runs);
});

test("a second start shows it again", async () => {
  const second = stage.start();
  assert.equal((await second.exits()).code, 0, second.output);
  await shown(true);
  assert.ok(app.runs);
});

test("a signal quits in order, and the queue is intact", async () => {
  app.child.kill("SIGTERM");
  assert.deepEqual(await app.exits(), { code: 0, signal: null }, app.output);
  assert.ok((await stage.tenant.assets()).length < 600);
  delete stage.env.FERRY_DEMO;
  await stage.tenant.faults([]);
  await stage.open();
  await stage.page.shows("Long shoot");
  await stage.page.shows("Done · 600 files", 90_000);
  const sums = (list) => list.map((file) => file.md5).sort();
  assert.deepEqual(sums(await stage.tenant.assets()), sums(filesBelow(shoot)), "once each, and whole");
  await stage.close();
  await shown(false);
});

test("closing quits where nothing shows a tray icon", async () => {
  await giveBack();
  giveBack = undefined;
  app = stage.start();
  await shown(true);
  await display.close((await display.window("Ferry")).id);
  assert.deepEqual(await app.exits(), { code: 0, signal: null }, app.output);
});
