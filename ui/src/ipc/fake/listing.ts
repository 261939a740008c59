// Answers windows of the queue from the simulated batches.
import type { JobId, JobPage, JobQuery, JobView } from "../bindings";
import { STATES, type FakeBatch } from "./batch";
import { nameOf } from "./shoot";

interface Found {
  batch: FakeBatch;
  index: number;
}

export function listJobs(batches: readonly FakeBatch[], query: JobQuery): JobPage {
  const limit = query.limit === 0 ? 100 : Math.min(query.limit, 1000);
  const jobs: JobView[] = [];
  for (const { batch, index } of find(batches, query, limit)) jobs.push(batch.jobView(index));
  const total = mattering(batches, query).reduce((sum, batch) => sum + matching(batch, query), 0);
  return { jobs, total: query.search ? null : total };
}

export function selectJobs(batches: readonly FakeBatch[], query: JobQuery): [JobId, JobId][] {
  const runs: [JobId, JobId][] = [];
  for (const { batch, index } of find(batches, query, query.limit || Infinity)) {
    const job = batch.job(index);
    const last = runs.at(-1);
    if (last && last[1] + 1 === job) last[1] = job;
    else runs.push([job, job]);
  }
  return runs.sort((a, b) => a[0] - b[0]);
}

const mattering = (batches: readonly FakeBatch[], query: JobQuery) =>
  (query.order === "newest" ? [...batches].reverse() : batches).filter(
    ({ id, account }) =>
      (query.batch === null || query.batch === id) && (query.account === null || query.account === account),
  );

function matching(batch: FakeBatch, { states }: JobQuery): number {
  if (states.length === 0) return batch.count;
  return states.reduce((sum, state) => sum + (batch.totals.jobs[state] ?? 0), 0);
}

function* find(batches: readonly FakeBatch[], query: JobQuery, limit: number): Generator<Found> {
  const wanted = new Uint8Array(STATES.length).fill(query.states.length === 0 ? 1 : 0);
  for (const state of query.states) wanted[STATES.indexOf(state)] = 1;
  const search = query.search?.toLocaleLowerCase() ?? "";
  let left = limit;
  let skip = query.offset;
  for (const batch of mattering(batches, query)) {
    const here = matching(batch, query);
    if (here === 0 || left <= 0) continue;
    let place = 0;
    if (search === "" && (query.states.length === 0 || skip >= here)) {
      place = Math.min(skip, batch.count);
      if (skip >= here) place = batch.count;
      skip -= Math.min(skip, here);
    }
    for (; place < batch.count && left > 0; place++) {
      const index = batch.at(query.order, place);
      if (!wanted[batch.states[index]!]) continue;
      if (search && !nameOf(batch.shoot, index).toLocaleLowerCase().includes(search)) continue;
      if (skip-- > 0) continue;
      left--;
      yield { batch, index };
    }
    skip = Math.max(0, skip);
  }
}
