// What kind of tenant the fake plays, by `?tenant=`: how much is in it, what it requires and whether it answers.

export const TENANTS = ["usual", "strict", "empty", "huge", "failing", "silent"] as const;
export type TenantKind = (typeof TENANTS)[number];

/** For what a silent tenant was asked. */
export const never = new Promise<never>(() => {});
