/** The Python that Debian installs the package `python3-gssapi` for. */
export const PYTHON = process.env.GSSAPI_PYTHON ?? '/usr/bin/python3';
