import { beforeAll, describe, expect, it } from "vitest";
import type { AccountView, Failure, WatchedFolder } from "../../ipc";
import { locale } from "../../i18n";
import { clashes, courseOf, patternsIn, placeOf, statusOf } from "./status";

const NOW = new Date(2026, 3, 14, 12, 0).getTime();
const failure = (code: Failure["code"], params = {}): Failure => ({ code, who: "you", params, details: "" });

const account = {
  id: 1,
  tenant: "acme.canto.com",
  user_name: "Mira Sonntag",
  email: "m@acme.example",
  state: "signed_in",
  place: null,
} as unknown as AccountView;

const folder = (more: Partial<WatchedFolder> = {}): WatchedFolder => ({
  id: 1,
  account: 1,
  path: "/Users/mira/Photos",
  place: "Canto Connect / Mira Sonntag / Photos",
  name: "Photos",
  on: true,
  include: [],
  exclude: [],
  looking: false,
  watching: "watching",
  last_run: NOW - 60_000,
  next_run: NOW + 600_000,
  files: 12,
  unfinished: 0,
  open: 0,
  problems: 0,
  done: 12,
  failure: null,
  ...more,
});

beforeAll(() => locale.use("en-GB"));

describe("the status of a watched folder", () => {
  it.each<[string, Partial<WatchedFolder>, boolean, string]>([
    ["off", { on: false, open: 3 }, false, "Not watched"],
    ["the switch is off", { problems: 1 }, false, "Waiting: synchronization is off"],
    ["its disk is away", { failure: failure("VolumeAway", { volume: "CARD" }) }, true, "Folder not found: CARD"],
    ["it is gone", { failure: failure("PathUnusable"), open: 2 }, true, "Folder not found: Photos"],
    ["files are on their way", { open: 2, problems: 1 }, true, "2 files on their way"],
    ["files are being written", { unfinished: 3, looking: true }, true, "Waiting for 3 files to finish copying"],
    ["it is looked through", { looking: true }, true, "Looking through the folder"],
    ["a file needs somebody", { problems: 1 }, true, "1 file needs you"],
    ["it is new", { last_run: null }, true, "Not looked through yet"],
    ["it can't be watched", { failure: failure("WatchLimit") }, true, "Up to date, 11:59"],
  ])("%s", (_, more, on, text) => expect(statusOf(folder(more), on, account, NOW).text).toBe(text));

  it("asks for a sign-in before anything else that goes on", () => {
    const out = { ...account, state: "sign_in_required" as const };
    expect(statusOf(folder({ open: 4 }), true, out, NOW)).toMatchObject({ way: "sign_in", tone: "warn" });
  });
});

it("says how changes are noticed", () => {
  expect(courseOf(folder(), true, "at_once", NOW)).toBe(
    "Changes are noticed at once; everything is looked through at 12:10",
  );
  expect(courseOf(folder({ watching: "polling" }), true, "at_once", NOW)).toMatch(/can’t be noticed.*12:10/);
  expect(courseOf(folder({ watching: "not" }), true, "15", NOW)).toBe("Next: 12:10");
  expect(courseOf(folder({ next_run: null }), true, "by_hand", NOW)).toBe("Looked through when you ask");
  expect(courseOf(folder(), false, "at_once", NOW)).toBe("");
});

it("knows where a folder would appear, and whether another one is there", () => {
  const top = { kind: "library" as const, id: "", path: "" };
  expect(placeOf(top, account, "/x/photos/")).toBe("Canto Connect / Mira Sonntag / photos");
  const below = { kind: "folder" as const, id: "f", path: "Marketing/Spring" };
  expect(placeOf(below, account, "C:\\x\\Photos")).toBe("Marketing / Spring / Canto Connect / Mira Sonntag / Photos");
  expect(clashes([folder()], account, placeOf(top, account, "/y/photos"))).toBe(true);
  expect(clashes([folder({ account: 2 })], account, placeOf(top, account, "/y/photos"))).toBe(false);
});

it("takes one pattern from each line", () => {
  expect(patternsIn(" *.jpg \n\n*.tif\n")).toEqual(["*.jpg", "*.tif"]);
});
