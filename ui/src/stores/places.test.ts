import { beforeEach, describe, expect, it } from "vitest";
import type { Destination } from "../ipc";
import { Places } from "./places.svelte";

const stored = new Map<string, string>();
const album = (id: string): Destination => ({ kind: "album", id, path: `Press/${id}` });

beforeEach(() => {
  stored.clear();
  globalThis.localStorage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  } as Storage;
});

describe("places", () => {
  it("keep the five used last, newest first, each once", () => {
    const places = new Places(1);
    for (const id of ["a", "b", "c", "d", "e", "f", "c"]) places.use(album(id));
    expect(places.recent.map(({ id }) => id)).toEqual(["c", "f", "e", "d", "b"]);
    expect(places.last).toEqual(album("c"));
  });

  it("tell a folder from an album of the same number", () => {
    const places = new Places(1);
    places.use(album("7"));
    places.use({ kind: "folder", id: "7", path: "Press" });
    expect(places.recent).toHaveLength(2);
  });

  it("pin and let go again", () => {
    const places = new Places(1);
    places.togglePin(album("a"));
    places.togglePin(album("b"));
    places.togglePin(album("a"));
    expect(places.pinned).toEqual([album("b")]);
  });

  it("belong to one account and outlive the window", () => {
    new Places(1).use(album("a"));
    expect(new Places(1).recent).toEqual([album("a")]);
    expect(new Places(2).recent).toEqual([]);
  });

  it("take nothing from what they can't read", () => {
    for (const text of ["{", "null", "[]", '{"recent":7}', '{"recent":[{"kind":"moon","id":"1","path":""}, null]}']) {
      stored.set("ferry.places.1", text);
      expect(new Places(1).recent).toEqual([]);
    }
  });
});
