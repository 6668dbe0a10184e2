// node --require: writes the seconds of the process to the file named in SFT_SECONDS_FILE as it ends. With SFT_CLOCK=cpu they are those that the
// processor worked for it, and performance.now tells them too: so that a machine that others use tells the same as a quiet one.
const { writeFileSync } = require('node:fs');
const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
if (process.env.SFT_CLOCK === 'cpu') performance.now = cpu;
process.on('exit', () => writeFileSync(process.env.SFT_SECONDS_FILE, String(performance.now() / 1000)));
