// Kubernetes's own components, kubectl and etcd, linked into one static
// program: one file to build, to cache and to show to both nodes. The first
// argument (or the name the program is called by) says which one to be.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

// component runs to its end; args do not include the component's own name.
type component func(args []string)

func command(make func() *cobra.Command) component {
	return func(args []string) {
		cmd := make()
		cmd.SetArgs(args)
		os.Exit(cli.Run(cmd))
	}
}

var components = map[string]component{
	"etcd":                    func(args []string) { etcdmain.Main(append([]string{"etcd"}, args...)) },
	"kube-apiserver":          command(apiserver.NewAPIServerCommand),
	"kube-controller-manager": command(controllermanager.NewControllerManagerCommand),
	"kube-scheduler":          command(func() *cobra.Command { return scheduler.NewSchedulerCommand() }),
	"kube-proxy":              command(proxy.NewProxyCommand),
	// The kubelet's command installs the signal handler itself, and a second one panics.
	"kubelet": command(func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) }),
	"kubectl": func(args []string) {
		os.Args = append([]string{"kubectl"}, args...) // kubectl looks at os.Args for its plugins
		if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
			kubectlutil.CheckErr(err)
		}
	},
}

func main() {
	if run, ok := components[filepath.Base(os.Args[0])]; ok {
		run(os.Args[1:])
		return
	}
	if len(os.Args) > 1 {
		if run, ok := components[os.Args[1]]; ok {
			run(os.Args[2:])
			return
		}
	}
	names := make([]string, 0, len(components))
	for name := range components {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Fprintln(os.Stderr, "usage: kubernetes "+strings.Join(names, "|")+" [arguments]")
	os.Exit(2)
}
