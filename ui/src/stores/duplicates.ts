// Files that the library has already: what was found of one, and what a rule makes of it.
import type {
  DuplicateAction,
  DuplicateBasis,
  DuplicateOf,
  DuplicateRule,
  Failure,
  JobView,
  PreviewedDuplicate,
} from "../ipc";

/** What a job waits for somebody to decide about, or was left out for; as the engine keeps it with its failure. */
export function duplicateOf(failure: Failure | null): DuplicateOf | null {
  if (failure?.code !== "DuplicateFound" && failure?.code !== "DecisionNeeded") return null;
  const { basis, certainty, scheme, asset, name, ...more } = failure.params;
  if (!basis || !scheme || !asset || !name) return null;
  return {
    basis: basis === "filename" ? "filename" : "md5",
    certainty: certainty === "certain" ? "certain" : "probably",
    asset: { scheme, id: asset },
    name,
    place: more.place ?? "",
    size: more.size ? Number(more.size) : null,
    md5: more.md5 ?? null,
    owner: more.owner ?? null,
    uploaded: more.uploaded ?? null,
    url: more.url ?? null,
    versions: more.versions ? Number(more.versions) : null,
    several: more.several !== undefined,
    same_picture: more.picture !== undefined,
    job: more.job ? Number(more.job) : null,
  };
}

type Kept = Pick<JobView, "state" | "failure">;

export const needsDecision = ({ state, failure }: Kept): boolean =>
  state === "blocked" && failure?.code === "DecisionNeeded";

export const isDuplicate = ({ state, failure }: Kept): boolean =>
  state === "skipped" && failure?.code === "DuplicateFound";

/** Null: nothing is looked for. */
export function partsOf(rule: DuplicateRule): [DuplicateBasis, DuplicateAction] | null {
  return rule === "off" ? null : (rule.split(":") as [DuplicateBasis, DuplicateAction]);
}

export const ACTIONS: Record<DuplicateBasis, readonly DuplicateAction[]> = {
  filename: ["ask", "version", "new", "skip"],
  md5: ["ask", "new", "skip"],
};

/** The rule for a basis and an action; another action where the basis has not this one. */
export function ruleOf(basis: DuplicateBasis, action: DuplicateAction): DuplicateRule {
  const fits = ACTIONS[basis].includes(action) ? action : "ask";
  return `${basis}:${fits}` as DuplicateRule;
}

/** What becomes of a file that was found beforehand. Nothing becomes a version that is not sure enough: then somebody is asked. */
export function fateOf(rule: DuplicateRule, { of, takes_version }: PreviewedDuplicate): DuplicateAction {
  const action = partsOf(rule)?.[1] ?? "new";
  return action === "version" && of !== null && !takes_version ? "ask" : action;
}
