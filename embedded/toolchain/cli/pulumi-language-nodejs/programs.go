// Runs a Pulumi program to its end.

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// The script of @pulumi/pulumi exits with this code when it has already told the user what is wrong.
const exitAlreadyReported = 32

// Run executes a program to its end.
func (h *host) Run(ctx context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	command, err := h.programCommand(request)
	if err != nil {
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
	return runResponse(h.execute(ctx, command)), nil
}

func (h *host) programCommand(request *pulumirpc.RunRequest) (child, error) {
	directory := request.GetInfo().GetProgramDirectory()
	script, err := sdkScript(directory, "run")
	if err != nil {
		return child{}, err
	}
	options, err := parseOptions(request.GetInfo().GetOptions())
	if err != nil {
		return child{}, err
	}
	config, err := configEnvironment(request.GetConfig(), request.GetConfigSecretKeys())
	if err != nil {
		return child{}, err
	}
	return child{
		program: "node",
		args:    append(append(options.nodeArgs, script), runArguments(request, h.engineAddress())...),
		dir:     directory,
		env:     append(append(os.Environ(), config...), options.environment()...),
		stdout:  os.Stdout,
		stderr:  os.Stderr,
	}, nil
}

// runArguments are those of @pulumi/pulumi/cmd/run; what is empty is left out.
func runArguments(request *pulumirpc.RunRequest, engine string) []string {
	var args []string
	add := func(name, value string) {
		if value != "" {
			args = append(args, "--"+name, value)
		}
	}
	add("monitor", request.GetMonitorAddress())
	add("engine", engine)
	add("organization", request.GetOrganization())
	add("project", request.GetProject())
	add("root-directory", request.GetInfo().GetRootDirectory())
	add("stack", request.GetStack())
	add("pwd", request.GetInfo().GetProgramDirectory())
	if request.GetDryRun() {
		args = append(args, "--dry-run")
	}
	add("parallel", fmt.Sprint(request.GetParallel()))
	args = append(args, request.GetInfo().GetEntryPoint())
	return append(args, request.GetArgs()...)
}

// configEnvironment hands a stack's configuration over; both variables are always valid JSON.
func configEnvironment(config map[string]string, secretKeys []string) ([]string, error) {
	if config == nil {
		config = map[string]string{}
	}
	if secretKeys == nil {
		secretKeys = []string{}
	}
	values, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	keys, err := json.Marshal(secretKeys)
	if err != nil {
		return nil, err
	}
	return []string{"PULUMI_CONFIG=" + string(values), "PULUMI_CONFIG_SECRET_KEYS=" + string(keys)}, nil
}

// runResponse tells the engine how a program ended.
func runResponse(err error) *pulumirpc.RunResponse {
	if err == nil {
		return &pulumirpc.RunResponse{}
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return &pulumirpc.RunResponse{Error: "the Node.js program did not run: " + err.Error()}
	}
	if exit.ExitCode() == exitAlreadyReported {
		return &pulumirpc.RunResponse{Bail: true}
	}
	return &pulumirpc.RunResponse{Error: "the Node.js program failed: " + exit.String()}
}
