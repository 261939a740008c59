// The real window over a million jobs, and while 100,000 files are added: figures beside what they should be. They depend on
// the machine, so this is no test. `cargo xtask bench window`
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { need, until } from "./lib/programs.mjs";
import { Stage } from "./lib/stage.mjs";

const FILES = Number(process.env.FERRY_MEASURE_FILES ?? 100_000);
const STARTS = Number(process.env.FERRY_MEASURE_STARTS ?? 3);
const TICKS = 100;

const say = (what, figure, bound) => console.log(`  ${what.padEnd(44)} ${figure}${bound ? `   (${bound})` : ""}`);

/** Ids of the app's processes by their names. */
function processes(stage) {
  const mine = `FERRY_DATA_DIR=${join(stage.folder, "data")}`;
  const found = {};
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(mine)) continue;
      const name = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
      (found[name] ??= []).push(pid);
    } catch {
      // It has ended, or is another user's.
    }
  }
  return found;
}

/** Systems keep fifteen letters of a name. */
const named = (stage, name) => processes(stage)[name.slice(0, 15)]?.[0];
const app = (stage) => named(stage, basename(need("FERRY_APP")));
const web = (stage) => named(stage, "WebKitWebProcess");
const after = (pid) => readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "").split(" ");
/** When it was started, in Unix milliseconds. */
function startOf(pid) {
  const uptime = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]);
  return Date.now() - (uptime * 1000 - (Number(after(pid)[19]) * 1000) / TICKS);
}
const cpu = (pid) => ((Number(after(pid)[11]) + Number(after(pid)[12])) * 1000) / TICKS;
/** What is its own, as system monitors tell it; with its share of the libraries; and all that it sees. */
function memory(pid) {
  const seen = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const sum = (name) =>
    Math.round([...seen.matchAll(new RegExp(`^${name}:\\s+(\\d+)`, "gm"))].reduce((all, [, part]) => all + Number(part), 0) / 1024);
  return `${sum("Private_\\w+")} MB its own, ${sum("Pss")} MB with its share of libraries, ${sum("Rss")} MB resident`;
}

/** Share of a core that each uses over some seconds, percent. */
async function usage(pids, seconds) {
  const before = pids.map(cpu);
  await sleep(seconds * 1000);
  return pids.map((pid, at) => Math.round((cpu(pid) - before[at]) / seconds) / 10);
}

const shown = `[...document.querySelectorAll("[role=row]")].some((row) => row.textContent.includes(".tif"))`;

async function opened(stage) {
  const began = Date.now();
  const page = await stage.open();
  const rows = await until("rows are shown", () =>
    page.run(`const mark = performance.getEntriesByName("first rows")[0];
      return mark ? performance.timeOrigin + mark.startTime : ${shown} ? Date.now() : 0`),
  ).catch(async (error) => {
    await stage.picture("measure");
    throw error;
  });
  const started = startOf(app(stage));
  const origin = await page.run("return performance.timeOrigin");
  say("start to first rows", `${Math.round(rows - started)} ms`, "300 ms");
  say("  of it until the page begins", `${Math.round(origin - started)} ms`);
  say("  driver and all", `${Date.now() - began} ms`);
  return page;
}

/** From now on the page notes its longest time without a frame and between two timers. */
const watch = `
  const seen = (window.seen = { frame: 0, timer: 0, frames: 0, late: [], from: performance.now() });
  let frame = performance.now(), timer = performance.now();
  (function next() {
    requestAnimationFrame((now) => {
      now = performance.now();
      seen.frame = Math.max(seen.frame, now - frame);
      seen.frames++; frame = now; if (window.seen === seen) next();
    });
  })();
  const every = setInterval(() => {
    const now = performance.now();
    const late = now - timer - 10;
    seen.timer = Math.max(seen.timer, late);
    if (late > 30) seen.late.push(Math.round(late) + " at " + Math.round(timer - seen.from));
    timer = now;
    if (window.seen !== seen) clearInterval(every);
  }, 10);`;
const seen = (page) => page.run("const { seen } = window; window.seen = null; return seen");
const lag = ({ frame, timer, frames, late }) =>
  `no frame for ${Math.round(frame)} ms, late by ${Math.round(timer)} ms, ${frames} frames` +
  (late.length > 0 ? `; late (ms): ${late.slice(0, 12).join(", ")}` : "");

const scroll = `
  const list = document.querySelector("[role=treegrid]").parentElement;
  const [by, every, frames] = arguments;
  window.scrolled = null;
  const times = []; let count = 0, before = performance.now();
  (function next() {
    requestAnimationFrame(() => {
      const now = performance.now(); times.push(now - before); before = now;
      if (count % every === 0) list.scrollTop += by;
      if (++count < frames) next();
      else window.scrolled = { longest: Math.max(...times.slice(1)), over50: times.filter((t) => t > 50).length,
        median: times.sort((a, b) => a - b)[times.length >> 1] };
    });
  })();`;

async function million(stage) {
  console.log("A million jobs");
  for (let round = 1; round < STARTS; round++) {
    await opened(stage);
    await stage.close();
  }
  const page = await opened(stage);
  for (const [manner, by, every] of [["by wheel", 120, 1], ["fast", 3000, 1], ["anywhere", 350_000, 10]]) {
    await page.run(scroll, by, every, 240);
    const figures = await until("scrolled", () => page.run("return window.scrolled"), 60_000);
    const { longest, over50, median } = figures;
    say(`scrolled ${manner}`, `frames: median ${Math.round(median)} ms, longest ${Math.round(longest)} ms, ${over50} over 50 ms`);
  }
  await page.run(`document.querySelector("[role=treegrid]").parentElement.scrollTop = 0`);
  const pids = [app(stage), web(stage)];
  say("memory of the page's process", memory(pids[1]), "300 MB");
  say("memory of the app", memory(pids[0]));
  // What scrolling left is cleared away first.
  await sleep(12_000);
  say("idle, app and page, 20 s", `${(await usage(pids, 20)).join(" % + ")} %`, "1 %");
  return page;
}

const stage = await Stage.start("measure");
try {
  const small = join(stage.folder, "Small");
  mkdirSync(small);
  writeFileSync(join(small, "one.jpg"), "one");
  stage.order("Small", [small]);
  await stage.open();
  await until("the first file is there", async () => (await stage.tenant.assets()).length === 1);
  await stage.close();
  delete stage.env.FERRY_DEMO;
  const sql = process.env.FERRY_FILL;
  if (sql) execFileSync(sql, [join(stage.folder, "data", "ferry.db")]);
  else execFileSync(need("FERRY_BENCH"), ["fill", "--data", join(stage.folder, "data")]);

  // `FERRY_MEASURE=dropped` measures that alone.
  const page = process.env.FERRY_MEASURE === "dropped" ? await opened(stage) : await million(stage);

  console.log(`${FILES} files that are dropped`);
  await stage.tenant.faults([{ match: { object_post: true }, action: { kind: "delay", ms: 5_000 } }]);
  const many = join(stage.folder, "Many");
  mkdirSync(many);
  for (let at = 0; at < FILES; at++) writeFileSync(join(many, `IMG_${String(at).padStart(6, "0")}.jpg`), "");
  await page.run(watch);
  await sleep(3000);
  say("at rest, to compare with", lag(await seen(page)));
  for (const [what, loose] of [["as one folder", false], ["one by one", true]]) {
    await page.run(watch);
    await sleep(300);
    const how = await page.run(`
      const names = Object.getOwnPropertyNames(window);
      const table = names.map((name) => { try { return window[name]; } catch { return null; } })
        .find((one) => one && typeof one === "object" && "files-dropped" in one);
      // Made here: handing them over would be measured too.
      const [folder, files] = arguments;
      const name = (at) => folder + "/IMG_" + String(at).padStart(6, "0") + ".jpg";
      window.dropped = files ? Array.from({ length: files }, (_, at) => name(at)) : [folder];
      if (!table) return "no listener";
      const listeners = table["files-dropped"];
      // In pieces, each a message of its own, as the shell sends them.
      for (let at = 0; at < window.dropped.length; at += 1000) {
        const payload = { paths: window.dropped.slice(at, at + 1000), more: at + 1000 < window.dropped.length };
        // They can't be enumerated.
        for (const id of Object.getOwnPropertyNames(listeners)) {
          setTimeout(() => window.__TAURI_INTERNALS__.runCallback(listeners[id].handlerId,
            { event: "files-dropped", id: Number(id), payload }));
        }
      }
      return "dropped";`, many, loose ? FILES : 0);
    const began = Date.now();
    if (how !== "dropped") console.log(how);
    await until("they are counted", () => page.run(
      `const said = document.querySelector("[role=dialog] [role=status]")?.textContent ?? "";
       return Number(/^[\\d.,]+/.exec(said.trim())?.[0].replace(/\\D/g, "")) === arguments[0]`, FILES), 120_000);
    say(`${what}: staged and counted`, `${Date.now() - began} ms, ${lag(await seen(page))}`, "100 ms");
    await page.run(watch);
    await page.run(`
      const { invoke } = window.__TAURI_INTERNALS__;
      window.enqueued = null;
      const from = performance.now();
      void (async () => {
        const [batch] = await invoke("list_batches", { offset: 0, limit: 1, finished: null });
        let list = null;
        for (let at = 0; at < window.dropped.length; at += 1000) {
          list = await invoke("keep_paths", { list, paths: window.dropped.slice(at, at + 1000) });
        }
        const request = { account: batch.account, paths: [], destination: { kind: "album", id: "A", path: "A" },
          tags: [], include: [], exclude: [], priority: 0, choices: null, metadata: null };
        for (const name of ["choices", "metadata"]) delete request[name];
        const id = await invoke("enqueue_files", { request, list });
        const taken = performance.now() - from;
        let usable = 0;
        for (;;) {
          const batches = await invoke("list_batches", { offset: 0, limit: 5, finished: null });
          const mine = batches.find((one) => one.id === id);
          const all = Object.values(mine.totals.jobs).reduce((sum, count) => sum + count, 0);
          if (all > 0 && !usable) usable = performance.now() - from;
          if (mine.state !== "scanning") { window.enqueued = { id, taken, usable, all, ended: performance.now() - from }; return; }
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      })().catch((error) => (window.enqueued = { error: JSON.stringify(error) }));`);
    const end = await until("they are enqueued", () => page.run("return window.enqueued"), 120_000);
    await sleep(1000);
    say(`${what}: enqueued`, end.error ?? `taken ${Math.round(end.taken)} ms, rows ${Math.round(end.usable)} ms, all ${end.all} in ${Math.round(end.ended)} ms`, "1 s, 15 s");
    say(`${what}: meanwhile`, lag(await seen(page)), "100 ms");
    await page.ask("cancel_jobs", { selection: { of: "batch", batch: end.id } });
    await page.run(`document.querySelector("[role=dialog] .foot button").click()`);
  }
  say("memory of the page's process", memory(web(stage)), "300 MB");
} finally {
  await stage.end();
}
