import base from "./playwright.config";

// Not part of the tests: run where nothing else runs.
export default { ...base, testMatch: "*.measure.ts", workers: 1 };
