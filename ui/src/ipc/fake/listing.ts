// Answers windows of the queue from the simulated batches.
import type { JobPage, JobQuery, JobView } from "../bindings";
import { STATES, type FakeBatch } from "./batch";
import { nameOf } from "./shoot";

export function listJobs(batches: readonly FakeBatch[], query: JobQuery): JobPage {
  const limit = query.limit === 0 ? 100 : Math.min(query.limit, 1000);
  const wanted = new Uint8Array(STATES.length).fill(query.states.length === 0 ? 1 : 0);
  for (const state of query.states) wanted[STATES.indexOf(state)] = 1;
  const search = query.search?.toLocaleLowerCase() ?? "";
  const jobs: JobView[] = [];
  let seen = 0;
  let total = 0;
  for (const batch of batches) {
    if (query.batch !== null && query.batch !== batch.id) continue;
    if (query.account !== null && query.account !== batch.account) continue;
    const matching =
      query.states.length === 0
        ? batch.count
        : query.states.reduce((sum, state) => sum + (batch.totals.jobs[state] ?? 0), 0);
    total += matching;
    if (matching === 0 || jobs.length >= limit) continue;
    if (search === "" && query.states.length === 0) {
      const start = Math.max(0, query.offset - seen);
      const end = Math.min(batch.count, start + limit - jobs.length);
      for (let index = start; index < end; index++) jobs.push(batch.jobView(index));
      seen += batch.count;
      continue;
    }
    for (let index = 0; index < batch.count && jobs.length < limit; index++) {
      if (!wanted[batch.states[index]!]) continue;
      if (search && !nameOf(batch.shoot, index).toLocaleLowerCase().includes(search)) continue;
      if (seen++ >= query.offset) jobs.push(batch.jobView(index));
    }
  }
  return { jobs, total: search ? null : total };
}
