// Of Pulumi's SDK what the policy SDK uses. Loading all of it takes half a
// second of processor time, which is most of a pack's start; what else is asked
// for is there, too, and then loads it.
const light = {
    asset: require("@pulumi/pulumi/asset"),
    Output: require("@pulumi/pulumi/output").Output,
};

module.exports = new Proxy(light, {
    get: (known, name) => (name in known ? known[name] : require("@pulumi/pulumi")[name]),
});
