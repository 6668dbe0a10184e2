// node --require: writes the largest resident memory of the process, in bytes, to the file named in SFT_PEAK_FILE as it ends.
const { writeFileSync } = require('node:fs');
process.on('exit', () => writeFileSync(process.env.SFT_PEAK_FILE, String(process.resourceUsage().maxRSS * 1024)));
