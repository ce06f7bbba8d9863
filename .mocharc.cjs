'use strict';

module.exports = {
  timeout: 20_000,
  // A forgotten .only must not hide the other tests from a pull request.
  forbidOnly: Boolean(process.env.CI),
  // No `exit: true`: a socket or timer that a test leaves behind keeps the run from ending, and so is noticed.
};
