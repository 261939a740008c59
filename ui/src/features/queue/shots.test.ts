import { expect, it } from "vitest";
import type { JobView } from "../../ipc";
import { shotAt } from "./shots";

const list = (...names: string[]) => {
  const jobs = names.map((name) => ({ name, batch: 1, folder: "/card" }) as JobView);
  return (index: number) => jobs[index] ?? null;
};

it("counts the files of one picture that stand together", () => {
  const at = list("DSC_1.jpg", "DSC_2.NEF", "dsc_2.jpg", "DSC_2.NEF.xmp", "DSC_3.NEF");
  expect(shotAt(0, at)).toBeNull();
  expect([1, 2, 3].map((index) => shotAt(index, at))).toEqual([
    { number: 1, of: 3 },
    { number: 2, of: 3 },
    { number: 3, of: 3 },
  ]);
  expect(shotAt(4, at)).toBeNull();
});

it("keeps pictures apart that only share a name", () => {
  const jobs = list("DSC_1.NEF", "DSC_1.jpg");
  const elsewhere = (index: number) => {
    const job = jobs(index);
    return job && index === 1 ? { ...job, folder: "/other card" } : job;
  };
  expect(shotAt(0, elsewhere)).toBeNull();
  expect(shotAt(0, list("DSC_1.NEF", "Notes.pdf", "DSC_1.jpg"))).toBeNull();
  expect(shotAt(0, list("DSC_1.mov", "DSC_1.mov"))).toBeNull();
  expect(shotAt(7, list())).toBeNull();
});
