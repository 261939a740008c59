// A start that can't succeed still opens a window that says why.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Stage } from "./lib/stage.mjs";

let stage;

before(async () => {
  stage = await Stage.start("start");
  writeFileSync(join(stage.folder, "data", "ferry.db"), "This was a database once. ".repeat(500));
});
after(() => stage.end());

test("a damaged database is told in words", async () => {
  const page = await stage.open();
  await page.find(`//main[contains(@class, "failed")]`);
  const text = await page.body();
  await stage.picture("not-started");
  assert.ok(!text.includes("Connect to Canto"), text);
});
