// Makes in one namespace what stands in another, as a controller that is written with client-go would, and tells what it took.
// usage: client-go <kubeconfig> <from> <to> <requests at the same time>
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

type took struct {
	Objects      int     `json:"objects"`
	CreateMillis float64 `json:"createMillis"`
	CreateCPU    float64 `json:"createCpuMillis"`
	ListMillis   float64 `json:"listMillis"`
	ListCPU      float64 `json:"listCpuMillis"`
	Resident     int64   `json:"residentBytes"`
}

func main() {
	result, err := run(os.Args[1:])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(result)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) (*took, error) {
	if len(args) != 4 {
		return nil, fmt.Errorf("usage: client-go <kubeconfig> <from> <to> <requests at the same time>")
	}
	width, err := strconv.Atoi(args[3])
	if err != nil {
		return nil, err
	}
	config, err := clientcmd.BuildConfigFromFlags("", args[0])
	if err != nil {
		return nil, err
	}
	// Its own limit of five a second would be measured otherwise.
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	from, to := args[1], args[2]
	maps, deployments, err := list(ctx, client, from)
	if err != nil {
		return nil, err
	}

	result := &took{Objects: len(maps) + len(deployments)}
	result.CreateMillis, result.CreateCPU, err = timed(func() error {
		return each(len(deployments), width, func(index int) error {
			if index < len(maps) {
				object := maps[index]
				object.ObjectMeta = bare(object.ObjectMeta, to)
				if _, err := client.CoreV1().ConfigMaps(to).Create(ctx, &object, meta.CreateOptions{}); err != nil {
					return err
				}
			}
			object := deployments[index]
			object.ObjectMeta, object.Status = bare(object.ObjectMeta, to), apps.DeploymentStatus{}
			_, err := client.AppsV1().Deployments(to).Create(ctx, &object, meta.CreateOptions{})
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	result.ListMillis, result.ListCPU, err = timed(func() error {
		_, _, err := list(ctx, client, to)
		return err
	})
	var usage syscall.Rusage
	if err == nil {
		err = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	}
	result.Resident = usage.Maxrss * 1024
	return result, err
}

// What the agent reads in each of its runs, in pages as it does.
func list(ctx context.Context, client kubernetes.Interface, namespace string) ([]core.ConfigMap, []apps.Deployment, error) {
	var maps []core.ConfigMap
	var deployments []apps.Deployment
	for options := (meta.ListOptions{Limit: 500, LabelSelector: "ccd/workload"}); ; {
		page, err := client.CoreV1().ConfigMaps(namespace).List(ctx, options)
		if err != nil {
			return nil, nil, err
		}
		maps = append(maps, page.Items...)
		if options.Continue = page.Continue; options.Continue == "" {
			break
		}
	}
	for options := (meta.ListOptions{Limit: 500}); ; {
		page, err := client.AppsV1().Deployments(namespace).List(ctx, options)
		if err != nil {
			return nil, nil, err
		}
		deployments = append(deployments, page.Items...)
		if options.Continue = page.Continue; options.Continue == "" {
			return maps, deployments, nil
		}
	}
}

func bare(object meta.ObjectMeta, namespace string) meta.ObjectMeta {
	return meta.ObjectMeta{Name: object.Name, Namespace: namespace, Labels: object.Labels, Annotations: object.Annotations}
}

func each(count, width int, work func(int) error) error {
	var group sync.WaitGroup
	indexes := make(chan int)
	failures := make(chan error, width)
	for range width {
		group.Go(func() {
			for index := range indexes {
				if err := work(index); err != nil {
					select {
					case failures <- err:
					default:
					}
				}
			}
		})
	}
	for index := range count {
		indexes <- index
	}
	close(indexes)
	group.Wait()
	select {
	case err := <-failures:
		return err
	default:
		return nil
	}
}

// Milliseconds by the clock, and of CPU time.
func timed(work func() error) (float64, float64, error) {
	start, cpu := time.Now(), cpuMillis()
	err := work()
	return float64(time.Since(start).Microseconds()) / 1000, cpuMillis() - cpu, err
}

func cpuMillis() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	millis := func(value syscall.Timeval) float64 { return float64(value.Sec)*1000 + float64(value.Usec)/1000 }
	return millis(usage.Utime) + millis(usage.Stime)
}
