package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func TestAProgramGetsWhatTheEngineSays(t *testing.T) {
	request := &pulumirpc.RunRequest{
		MonitorAddress: "127.0.0.1:1", Organization: "o", Project: "p", Stack: "s", Parallel: 4, DryRun: true,
		Args: []string{"more"},
		Info: &pulumirpc.ProgramInfo{RootDirectory: "/r", ProgramDirectory: "/r/p", EntryPoint: "."},
	}
	want := "--monitor 127.0.0.1:1 --engine 127.0.0.1:2 --organization o --project p --root-directory /r --stack s " +
		"--pwd /r/p --dry-run --parallel 4 . more"
	if got := strings.Join(runArguments(request, "127.0.0.1:2"), " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	request.DryRun, request.Organization = false, ""
	if got := strings.Join(runArguments(request, ""), " "); strings.Contains(got, "dry-run") ||
		strings.Contains(got, "organization") || strings.Contains(got, "engine") {
		t.Errorf("got %s", got)
	}
}

func TestConfigurationIsAlwaysValidJSON(t *testing.T) {
	env, err := configEnvironment(nil, nil)
	if err != nil || strings.Join(env, " ") != "PULUMI_CONFIG={} PULUMI_CONFIG_SECRET_KEYS=[]" {
		t.Errorf("got %v, %v", env, err)
	}
	env, err = configEnvironment(map[string]string{"a:b": `"quoted"`}, []string{"a:b"})
	if err != nil || env[0] != `PULUMI_CONFIG={"a:b":"\"quoted\""}` || env[1] != `PULUMI_CONFIG_SECRET_KEYS=["a:b"]` {
		t.Errorf("got %v, %v", env, err)
	}
}

func TestAPolicyPackGetsTheStackFromItsEnvironment(t *testing.T) {
	env, err := stackEnvironment(nil)
	if err != nil || len(env) != 0 {
		t.Errorf("got %v, %v", env, err)
	}
	env, err = stackEnvironment(&pulumirpc.AnalyzerStackConfigureRequest{
		Project: "p", Stack: "s", DryRun: true, Config: map[string]string{"a:b": "c"},
	})
	want := `PULUMI_NODEJS_DRY_RUN=true PULUMI_NODEJS_PROJECT=p PULUMI_NODEJS_STACK=s PULUMI_CONFIG={"a:b":"c"}`
	if err != nil || strings.Join(env, " ") != want {
		t.Errorf("got %v, %v", env, err)
	}
}

func TestPluginsOfDirectDependenciesAreRequired(t *testing.T) {
	root := t.TempDir()
	write(t, root, "app/package.json",
		`{"dependencies":{"@pulumi/docker":"1","@pulumi/pulumi":"1","plain":"1","missing":"1","third":"1"}}`)
	write(t, root, "node_modules/@pulumi/docker/package.json",
		`{"name":"@pulumi/docker","version":"5.2.0","pulumi":{"resource":true}}`)
	write(t, root, "node_modules/@pulumi/pulumi/package.json", `{"name":"@pulumi/pulumi","version":"3.0.0"}`)
	write(t, root, "node_modules/plain/package.json", `{"name":"plain","version":"1.0.0"}`)
	write(t, root, "app/node_modules/third/package.json",
		`{"name":"third","version":"1.0.0","pulumi":{"resource":true,"name":"other","version":"2.0.0","server":"https://x"}}`)
	request := &pulumirpc.GetRequiredPackagesRequest{
		Info: &pulumirpc.ProgramInfo{ProgramDirectory: filepath.Join(root, "app")},
	}
	response, err := newHost(context.Background(), "").GetRequiredPackages(context.Background(), request)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range response.Packages {
		got = append(got, p.Kind+" "+p.Name+" "+p.Version+" "+p.Server)
	}
	if want := "resource docker v5.2.0 |resource other v2.0.0 https://x"; strings.Join(got, "|") != want {
		t.Errorf("got %v", got)
	}
}

func TestAPackageThatIsBrokenIsNamed(t *testing.T) {
	root := t.TempDir()
	write(t, root, "package.json", `{`)
	request := &pulumirpc.GetRequiredPackagesRequest{Info: &pulumirpc.ProgramInfo{ProgramDirectory: root}}
	_, err := newHost(context.Background(), "").GetRequiredPackages(context.Background(), request)
	if err == nil || !strings.Contains(err.Error(), filepath.Join(root, "package.json")) {
		t.Errorf("got %v", err)
	}
}

func write(t *testing.T, root, path, text string) {
	t.Helper()
	file := filepath.Join(root, path)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
