// Runs a policy pack, or another plugin written for Node.js, and passes its output on.

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strconv"

	pulumi "github.com/pulumi/pulumi/sdk/v3"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// The engine's name for the kind of plugin that a policy pack is.
const policyPack = "analyzer"

// RunPlugin runs a plugin that is written in TypeScript or JavaScript until
// the engine has no more use for it.
func (h *host) RunPlugin(
	request *pulumirpc.RunPluginRequest, stream pulumirpc.LanguageRuntime_RunPluginServer,
) error {
	closer, stdout, stderr, err := rpcutil.MakeRunPluginStreams(stream, false)
	if err != nil {
		return err
	}
	defer closer.Close()
	command, err := pluginCommand(request)
	if err != nil {
		return err
	}
	command.stdout, command.stderr = stdout, stderr
	if request.Kind == policyPack {
		if err := attachPolicyPack(stream.Context(), &command); err != nil {
			return err
		}
	}
	err = h.execute(stream.Context(), command)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return err
	}
	code := 0
	if exit != nil {
		code = exit.ExitCode()
	}
	return stream.Send(&pulumirpc.RunPluginResponse{
		Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(code)},
	})
}

func pluginCommand(request *pulumirpc.RunPluginRequest) (child, error) {
	directory := request.GetInfo().GetProgramDirectory()
	options, err := parseOptions(request.GetInfo().GetOptions())
	if err != nil {
		return child{}, err
	}
	name, dir := "run-plugin", request.GetPwd()
	args := append([]string{directory}, request.GetArgs()...)
	if request.GetKind() == policyPack {
		// A pack's script wants the program last, and has always run in the pack's own folder.
		name, dir = "run-policy-pack", directory
		args = append(append([]string{}, request.GetArgs()...), directory)
	}
	script, err := sdkScript(directory, name)
	if err != nil {
		return child{}, err
	}
	return child{
		program: "node",
		args:    append(append(options.nodeArgs, script), args...),
		dir:     dir,
		env:     append(append([]string{}, request.GetEnv()...), options.environment()...),
	}, nil
}

// attachPolicyPack puts the SDK's proxy before a pack: packs read what stack
// they judge from their environment, and the engine tells it only by a call,
// which the proxy answers before the pack is started.
func attachPolicyPack(ctx context.Context, command *child) error {
	proxy, stdout, err := pulumi.NewPolicyProxy(ctx, command.stdout)
	if err != nil {
		return fmt.Errorf("cannot start the proxy of the policy pack: %w", err)
	}
	stack, err := proxy.AwaitConfiguration(ctx)
	if err != nil {
		return fmt.Errorf("the engine did not say which stack to judge: %w", err)
	}
	environment, err := stackEnvironment(stack)
	if err != nil {
		return err
	}
	command.env = append(command.env, environment...)
	command.stdout = stdout
	command.attend = proxy.Attach
	return nil
}

// stackEnvironment is empty when the engine only asks what a pack contains.
func stackEnvironment(stack *pulumirpc.AnalyzerStackConfigureRequest) ([]string, error) {
	if stack == nil {
		return nil, nil
	}
	env := []string{"PULUMI_NODEJS_DRY_RUN=" + strconv.FormatBool(stack.GetDryRun())}
	add := func(name, value string) {
		if value != "" {
			env = append(env, name+"="+value)
		}
	}
	add("PULUMI_NODEJS_ORGANIZATION", stack.GetOrganization())
	add("PULUMI_NODEJS_PROJECT", stack.GetProject())
	add("PULUMI_NODEJS_STACK", stack.GetStack())
	if stack.GetConfig() != nil {
		config, err := json.Marshal(stack.GetConfig())
		if err != nil {
			return nil, err
		}
		add("PULUMI_CONFIG", string(config))
	}
	return env, nil
}
