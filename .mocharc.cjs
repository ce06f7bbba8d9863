'use strict';

module.exports = {
  // For what hangs, not a measure of speed: a busy machine needs many times what an idle one does.
  timeout: 90_000,
  // A forgotten .only must not hide the other tests from a pull request.
  forbidOnly: Boolean(process.env.CI),
  // No `exit: true`: a socket or timer that a test leaves behind keeps the run from ending, and so is noticed.
};
