import { beforeEach, describe, expect, it } from "vitest";
import { locale } from "../i18n";
import type { JobStateKind, JobView } from "../ipc";
import { asItStands, stateText } from "./states";

beforeEach(() => locale.use("en"));

const job = (state: JobStateKind) => ({ state, waiting_for: null, ready_at: null }) as JobView;
const text = (state: JobStateKind, signedOut: boolean) => stateText(asItStands(job(state), signedOut), 0);

describe("a state", () => {
  it("says that a file which can't go on waits for a sign-in that is lost", () => {
    expect(text("queued", true)).toBe("Waiting for sign-in");
    expect(text("queued", false)).toBe("Waiting");
    expect(text("processing", true)).toBe("Waiting for sign-in");
    expect(text("processing", false)).not.toBe("Waiting for sign-in");
    expect(text("done", true)).toBe(text("done", false));
    expect(text("blocked", true)).toBe(text("blocked", false));
  });
});
