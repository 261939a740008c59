//! Every state against every event: what is allowed, and that nothing that was sent is ever forgotten.
