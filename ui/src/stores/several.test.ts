import { describe, expect, it } from "vitest";
import type { MetadataValues } from "../ipc";
import { NO_VALUES } from "./metadata.svelte";
import { applied, changed, sharedOf, type Part } from "./several";

const of = (part: Partial<MetadataValues>): MetadataValues => ({ ...NO_VALUES, ...part });
const a = of({ tags: ["x", "y"], description: "A", fields: { season: ["Summer"], credit: ["Mira"] } });
const b = of({ tags: ["y", "z"], description: "B", fields: { credit: ["Mira"] } });

describe("values of several files", () => {
  it("show what all have, and where they differ", () => {
    const { values, mixed, others } = sharedOf([a, b]);
    expect(values).toEqual(of({ tags: ["y"], fields: { credit: ["Mira"] } }));
    expect([...mixed]).toEqual(["tags", "description", "field:season"]);
    expect(others).toEqual({ tags: ["x", "z"], keywords: [] });
    expect(sharedOf([]).values).toEqual(NO_VALUES);
    expect(sharedOf([a, a]).mixed.size).toBe(0);
  });

  it("keep what nobody touched", () => {
    const { values } = sharedOf([a, b]);
    const none = new Set<Part>();
    expect([a, b].map((own) => applied(own, values, values, none))).toEqual([a, b]);
  });

  it("take what was given, in place of what was there", () => {
    const { values } = sharedOf([a, b]);
    const after = of({ tags: ["new"], description: null, fields: { credit: ["Zoë"], season: ["Winter"] } });
    const touched = new Set<Part>(changed(values, after)).add("description");
    expect([...touched]).toEqual(["tags", "field:credit", "field:season", "description"]);
    const [one, other] = [a, b].map((own) => applied(own, values, after, touched));
    // The word that all had was taken away, those that only one has stay.
    expect(one).toEqual(of({ tags: ["x", "new"], description: null, fields: { credit: ["Zoë"], season: ["Winter"] } }));
    expect(other!.tags).toEqual(["z", "new"]);
  });

  it("take a value away from all", () => {
    const { values } = sharedOf([a, b]);
    const after = of({ tags: ["y"] });
    const touched = new Set(changed(values, after));
    expect(applied(a, values, after, touched)).toEqual({ ...a, fields: { season: ["Summer"] } });
  });
});
