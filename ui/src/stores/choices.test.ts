import { describe, expect, it } from "vitest";
import { Choices } from "./choices.svelte";

describe("choices", () => {
  it("take back what they say of a file", () => {
    let counted = 0;
    const choices = new Choices(() => counted++);
    choices.leave("/shoot/a.jpg");
    expect(choices.all.leave_out).toEqual(["/shoot/a.jpg"]);
    choices.take("/shoot/a.jpg", "chosen");
    expect([choices.all.leave_out, choices.all.take_anyway]).toEqual([[], []]);
    choices.take("/shoot/.DS_Store", "junk");
    expect(choices.all.take_anyway).toEqual(["/shoot/.DS_Store"]);
    choices.leave("/shoot/.DS_Store");
    expect([choices.all.leave_out, choices.all.take_anyway]).toEqual([["/shoot/.DS_Store"], []]);
    expect(counted).toBe(4);
  });

  it("forget a folder with everything in it, and nothing beside it", () => {
    const choices = new Choices(() => {});
    for (const path of ["/shoot/a.jpg", "/shoot 2/b.jpg", "C:\\shoot\\c.jpg"]) choices.leave(path);
    choices.rename("/shoot", "Spring");
    choices.forget("/shoot");
    choices.forget("C:\\shoot");
    expect(choices.all.leave_out).toEqual(["/shoot 2/b.jpg"]);
    expect(choices.all.renamed).toEqual([]);
  });

  it("rename, and give a folder its own name again", () => {
    const choices = new Choices(() => {});
    choices.rename("/shoot", "Spring");
    expect(choices.all.renamed).toEqual([{ path: "/shoot", name: "Spring" }]);
    choices.rename("/shoot", "");
    expect(choices.all.renamed).toEqual([]);
  });
});
